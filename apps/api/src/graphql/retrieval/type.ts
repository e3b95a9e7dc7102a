import type { Hit as HitRecord, RetrievalResult } from '@anamnesis/core/contracts'
import { Field, Float, InputType, Int, ObjectType } from 'type-graphql'
import type { SimilarResult } from '../../engine/protocol.ts'
import { Figure, toFigure } from '../figure/type.ts'

@ObjectType()
class StageScore {
  @Field(() => Float)
  score!: number

  @Field(() => Int)
  rank!: number
}

@ObjectType({ description: 'A figure with the score and rank of each stage.' })
class Hit {
  @Field(() => Figure)
  figure!: Figure

  @Field(() => Int, { nullable: true, description: 'Final rank from 1; null when dropped.' })
  rank!: number | null

  @Field(() => StageScore, { nullable: true, description: 'cos(question, caption)' })
  dense!: StageScore | null

  @Field(() => StageScore, { nullable: true, description: 'cos(question, image)' })
  visual!: StageScore | null

  @Field(() => StageScore, {
    nullable: true,
    description: 'BM25(question, caption); null where the gate had nothing to do.',
  })
  lexical!: StageScore | null

  @Field(() => StageScore, {
    nullable: true,
    description: 'Reciprocal rank fusion of dense and lexical; null outside the hybrid mode.',
  })
  fused!: StageScore | null

  @Field(() => String, { nullable: true, description: 'Why the figure was not kept.' })
  dropped!: string | null
}

@ObjectType()
class RetrievalCounts {
  @Field(() => Int)
  corpus!: number

  @Field(() => Int)
  dense!: number

  @Field(() => Int)
  visual!: number

  @Field(() => Int)
  kept!: number

  @Field(() => Int)
  distinctScores!: number
}

@ObjectType({ description: 'Milliseconds per stage.' })
class RetrievalTime {
  @Field(() => Float)
  encode!: number

  @Field(() => Float)
  dense!: number

  @Field(() => Float)
  visual!: number

  @Field(() => Float)
  lexical!: number

  @Field(() => Float)
  total!: number
}

@ObjectType({ description: 'What a question found, and everything that explains it.' })
export class Retrieval {
  @Field(() => String)
  question!: string

  @Field(() => [Hit])
  hits!: Hit[]

  @Field(() => [Hit], { description: 'Figures that a stage saw and that were not kept, best first.' })
  dropped!: Hit[]

  @Field(() => RetrievalCounts)
  counts!: RetrievalCounts

  @Field(() => RetrievalTime)
  time!: RetrievalTime

  @Field(() => String)
  indexVersion!: string

  @Field(() => String)
  encoderId!: string

  @Field(() => String)
  store!: string

  @Field(() => Boolean)
  exact!: boolean

  @Field(() => Float, {
    nullable: true,
    description: 'Measured recall of an approximate index, in [0, 1]; null when exact or not measured.',
  })
  recall!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Constant of the reciprocal rank fusion; null outside the hybrid mode.',
  })
  rankConstant!: number | null
}

@InputType()
class FigureFilterInput {
  @Field(() => String)
  corpus!: string

  @Field(() => String, { nullable: true })
  store?: string | null

  @Field(() => [String], { nullable: true })
  modalities?: string[] | null

  @Field(() => [String], { nullable: true })
  anatomies?: string[] | null

  @Field(() => [String], { nullable: true })
  licenceGroups?: string[] | null

  @Field(() => [String], { nullable: true, description: 'articleKey of figures.' })
  articles?: string[] | null

  @Field(() => Int, { nullable: true })
  yearFrom?: number | null

  @Field(() => Int, { nullable: true })
  yearTo?: number | null

  @Field(() => Boolean, { nullable: true, description: 'Also finds literature that was recalled.' })
  withRecalled?: boolean | null
}

@InputType()
export class RetrieveInput extends FigureFilterInput {
  @Field(() => String)
  question!: string

  @Field(() => Int, { nullable: true, defaultValue: 20 })
  k!: number

  @Field(() => Int, { nullable: true, defaultValue: 2, description: 'Most images of one caption.' })
  perCaption!: number

  @Field(() => String, {
    nullable: true,
    description:
      'layered (the default), hybrid (ranks of dense and lexical fused), or lexical or dense: one stage alone decides.',
  })
  mode?: string | null
}

@InputType()
export class FacetsInput extends FigureFilterInput {}

@InputType({ description: 'Give either a figure of the corpus or an image.' })
export class MoreLikeThisInput extends FigureFilterInput {
  @Field(() => String, { nullable: true })
  figureKey?: string | null

  @Field(() => String, { nullable: true, description: 'JPEG or PNG, at most 640 KiB; a data URL works too.' })
  imageBase64?: string | null

  @Field(() => Int, { nullable: true, defaultValue: 20 })
  k!: number
}

@ObjectType()
class FacetValue {
  @Field(() => String, { description: 'Empty for figures of which it is not known.' })
  value!: string

  @Field(() => Int)
  count!: number
}

@ObjectType({ description: 'Figures per value, most frequent first; at most 100 values.' })
export class Facet {
  @Field(() => String, { description: 'modality, anatomy, licenceGroup, year, articleId or journal.' })
  field!: string

  @Field(() => [FacetValue])
  values!: FacetValue[]
}

@ObjectType()
class SimilarFigure {
  @Field(() => Figure)
  figure!: Figure

  @Field(() => Float, { description: 'Cosine of the image vectors.' })
  similarity!: number
}

@ObjectType({ description: 'Figures whose images are nearest, best first.' })
export class SimilarFigures {
  @Field(() => [SimilarFigure])
  hits!: SimilarFigure[]

  @Field(() => String)
  indexVersion!: string

  @Field(() => String)
  encoderId!: string

  @Field(() => String)
  store!: string

  @Field(() => Boolean)
  exact!: boolean

  @Field(() => Float)
  milliseconds!: number
}

@ObjectType({ description: 'What the index holds of a figure: unit vectors of one encoder.' })
export class FigureVectors {
  @Field(() => String)
  encoderId!: string

  @Field(() => [Float])
  caption!: number[]

  @Field(() => [Float])
  image!: number[]
}

export function toSimilar({ hits, ...rest }: SimilarResult, corpus: string): SimilarFigures {
  return { ...rest, hits: hits.map(({ figure, score }) => ({ figure: toFigure(figure, corpus), similarity: score })) }
}

export function toRetrieval(result: RetrievalResult, corpus: string): Retrieval {
  const toHit = (hit: HitRecord): Hit => ({ ...hit, figure: toFigure(hit.figure, corpus) })
  return { ...result, hits: result.hits.map(toHit), dropped: result.dropped.map(toHit) }
}
