import type { Figure as FigureRecord } from '@anamnesis/core/contracts'
import { Field, Int, ObjectType } from 'type-graphql'
import { toGlobalId } from '../globalId.ts'
import { Node } from '../node/type.ts'

@ObjectType({ implements: Node, description: 'A figure of the literature with its caption.' })
export class Figure extends Node {
  @Field(() => String)
  key!: string

  @Field(() => String)
  corpusKey!: string

  @Field(() => String)
  caption!: string

  @Field(() => String)
  modality!: string

  @Field(() => String)
  anatomy!: string

  @Field(() => String)
  licence!: string

  @Field(() => String)
  licenceGroup!: string

  @Field(() => String)
  article!: string

  @Field(() => String, { description: 'PMCID, DOI or PMID in lower case; empty where it is not known.' })
  articleKey!: string

  @Field(() => String)
  journal!: string

  @Field(() => Int, { nullable: true })
  year!: number | null

  @Field(() => String, { description: 'As printed: "Figure 2".' })
  label!: string

  @Field(() => String, { nullable: true, description: 'Letter or number of the panel; null for a whole figure.' })
  panel!: string | null

  @Field(() => Boolean, { description: 'Whether a retraction of its article came with the corpus.' })
  retracted!: boolean

  @Field(() => String, { nullable: true })
  pmid!: string | null

  @Field(() => String, { nullable: true })
  pmcid!: string | null

  @Field(() => String, { nullable: true })
  doi!: string | null

  @Field(() => String, { nullable: true })
  url!: string | null

  @Field(() => String, { nullable: true })
  credit!: string | null

  @Field(() => String, { description: 'Path on the API server.' })
  imageUrl!: string
}

/** Path of a figure's image on this server. */
export function figurePath(corpus: string, id: string): string {
  return `/figures/${encodeURIComponent(corpus)}/${encodeURIComponent(id)}.jpg`
}

export function toFigure(figure: FigureRecord, corpus: string): Figure {
  const { caption, modality, anatomy, licence, licenceGroup, article, pmid, pmcid, doi, url, credit } = figure
  return Object.assign(new Figure(), {
    ...{ caption, modality, anatomy, licence, licenceGroup, article, pmid, pmcid, doi, url, credit },
    // Corpora of earlier versions lack these.
    journal: figure.journal ?? '',
    year: figure.year ?? null,
    label: figure.label ?? '',
    panel: figure.panel ?? null,
    retracted: figure.retracted ?? false,
    articleKey: figure.articleId || (pmcid ?? doi ?? pmid ?? '').toLowerCase(),
    id: toGlobalId('Figure', `${corpus}/${figure.id}`),
    key: figure.id,
    corpusKey: corpus,
    imageUrl: figurePath(corpus, figure.id),
  })
}
