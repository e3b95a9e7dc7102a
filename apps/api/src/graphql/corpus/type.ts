import { LICENCE_GROUPS } from '@anamnesis/core/contracts'
import type { CorpusInfo } from '@anamnesis/core/importers'
import { Field, Int, ObjectType } from 'type-graphql'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'

@ObjectType({ implements: Node, description: 'Figures with captions from the literature.' })
export class Corpus extends Node {
  @Field(() => String)
  key!: string

  @Field(() => String)
  title!: string

  @Field(() => Int)
  figures!: number

  @Field(() => [String], { description: 'Most frequent first.' })
  modalities!: string[]

  @Field(() => [String])
  licenceGroups!: string[]

  @Field(() => String)
  digest!: string

  @Field(() => Boolean)
  synthetic!: boolean

  @Field(() => [String])
  exampleQuestions!: string[]

  info!: CorpusInfo
}

export function toCorpus(info: CorpusInfo): Corpus {
  return Object.assign(new Corpus(), {
    id: toGlobalId('Corpus', info.id),
    key: info.id,
    title: info.title,
    figures: info.size,
    modalities: info.modalities.map(({ modality }) => modality).filter((modality) => modality !== ''),
    licenceGroups: LICENCE_GROUPS.filter((group) => info.licenceGroups[group] > 0),
    digest: info.digest,
    synthetic: info.synthetic,
    exampleQuestions: info.exampleQuestions,
    info,
  })
}
