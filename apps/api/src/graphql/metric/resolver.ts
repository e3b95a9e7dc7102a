import { MATRIX_CONVENTION, type MetricDefinition, metrics } from '@anamnesis/core/metrics'
import { Query, Resolver } from 'type-graphql'
import { Metric } from './type.ts'

export const allMetrics = (): Metric[] => metrics.map(toMetric)

function toMetric(metric: MetricDefinition): Metric {
  const { id, title, definition, formula, source, needs, better, unit } = metric
  return { key: id, title, definition, formula, convention: MATRIX_CONVENTION, source, needs, better, unit }
}

@Resolver(() => Metric)
export class MetricResolver {
  @Query(() => [Metric])
  metrics(): Metric[] {
    return allMetrics()
  }
}
