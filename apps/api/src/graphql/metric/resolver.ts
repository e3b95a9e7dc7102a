import { metrics } from '@anamnesis/core/metrics'
import { Query, Resolver } from 'type-graphql'
import { Metric } from './type.ts'

export const allMetrics = (): Metric[] =>
  metrics.map(({ id, title, definition, better, unit }) => ({ key: id, title, definition, better, unit }))

@Resolver(() => Metric)
export class MetricResolver {
  @Query(() => [Metric])
  metrics(): Metric[] {
    return allMetrics()
  }
}
