import type { IndexHealth as HealthRecord, Honesty } from '@anamnesis/core/retrieve'
import { Field, Float, Int, ObjectType } from 'type-graphql'
import { DateTimeScalar } from '../scalars.ts'

@ObjectType()
class ModalityRecall {
  @Field(() => String)
  modality!: string

  @Field(() => Int)
  probes!: number

  @Field(() => Float, { description: 'In [0, 1].' })
  recall!: number
}

@ObjectType({ description: 'An index measured against exact search on a fixed probe set.' })
class IndexHonesty {
  @Field(() => Int, { description: 'Neighbours asked for.' })
  k!: number

  @Field(() => Int)
  probes!: number

  @Field(() => Float, { description: 'Share of the k exact scores that the index reaches: mean over the probes.' })
  recall!: number

  @Field(() => Float, { description: 'Recall of the worst probe.' })
  worstRecall!: number

  @Field(() => [ModalityRecall])
  byModality!: ModalityRecall[]

  @Field(() => Float, { description: 'Median time of one search on the machine that measured, in milliseconds.' })
  latencyP50!: number

  @Field(() => Float, { description: '95th percentile of the same.' })
  latencyP95!: number

  @Field(() => Float, { nullable: true, description: 'Bytes of the index as it was measured; null on a server.' })
  bytes!: number | null

  @Field(() => DateTimeScalar)
  measuredAt!: Date
}

@ObjectType({ description: 'An index as it is now, and how far it can be believed.' })
export class IndexHealth {
  @Field(() => String)
  store!: string

  @Field(() => String, { description: 'How vectors are searched: "flat", "ivf_rq", "int8_hnsw", ...' })
  indexType!: string

  @Field(() => String)
  encoderId!: string

  @Field(() => Int, { description: 'Width of the vectors.' })
  dim!: number

  @Field(() => Int, { description: 'Figures in the index, retracted ones too.' })
  rows!: number

  @Field(() => String)
  version!: string

  @Field(() => Float, { nullable: true, description: 'Bytes on disk; null for an index on a server.' })
  bytes!: number | null

  @Field(() => Boolean, { description: 'Whether every search compares all vectors.' })
  exact!: boolean

  @Field(() => IndexHonesty, { nullable: true, description: 'Null where this content was not measured.' })
  honesty!: IndexHonesty | null
}

export function toIndexHealth({ honesty, ...health }: HealthRecord): IndexHealth {
  return Object.assign(new IndexHealth(), health, { honesty: honesty && toHonesty(honesty) })
}

function toHonesty({ k, probes, recall, byModality, latency, bytes, measuredAt }: Honesty): IndexHonesty {
  return {
    ...{ k, probes, byModality, bytes },
    recall: recall.mean,
    worstRecall: recall.worst,
    latencyP50: latency.p50,
    latencyP95: latency.p95,
    measuredAt: new Date(measuredAt),
  }
}
