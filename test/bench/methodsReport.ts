import { type Measurement, measured } from './bench.ts'
import { type AnswerCache, perform } from './methodsJobs.ts'
import type { MeasuredSuite } from './methodsPlaces.ts'
import type { DomainErrors } from './methodsRetrieval.ts'
import type { MethodResult, MethodRunner } from './methodsRuns.ts'
import { type Claim, claimsOf, orderHolds, standingOf, standings } from './methodsStandings.ts'

type Report = (measurement: Measurement) => void

/** Last and Transfer of every method, and the claims of the paper's order. */
export function reportResults(
  prefix: string,
  results: readonly MethodResult[],
  taskIds: readonly string[],
  report: Report,
): Claim[] {
  const [last, transfer] = [standings('last', results, taskIds), standings('transfer', results, taskIds)]
  for (const { method } of results) {
    for (const [name, of] of [['last', last] as const, ['transfer', transfer] as const]) {
      const { mean, n, interval, values } = standingOf(of, method).aggregate
      report({
        metric: `${prefix}.${name}.${method}`,
        value: 100 * mean!,
        unit: '%',
        n,
        spread: [100 * Math.min(...values), 100 * Math.max(...values)],
        ...(interval && { interval: [100 * interval[0], 100 * interval[1]] }),
      })
    }
  }
  const claims = claimsOf(last, transfer)
  for (const { metric, a, b, difference, interval, pairs } of claims) {
    report({
      metric: `${prefix}.${metric}_difference.${a}.${b}`,
      value: 100 * difference!,
      unit: 'points',
      n: pairs,
      ...(interval && { interval: [100 * interval[0], 100 * interval[1]] }),
    })
  }
  const metric = `${prefix}.order_holds`
  const holds = orderHolds(claims)
  if (holds === null)
    report({ metric, value: null, reason: 'not all methods of the order were measured with two seeds' })
  else report({ metric, value: holds, unit: '1 or 0', n: Math.min(...claims.map(({ pairs }) => pairs)) })
  return claims
}

/** How often each way of retrieval finds a picture of another domain than the one that was asked for. */
export async function reportRetrieval(
  suite: MeasuredSuite,
  seeds: readonly number[],
  work: string,
  runner: MethodRunner,
  cache: AnswerCache,
  report: Report,
): Promise<void> {
  const found: DomainErrors[] = []
  for (const seed of seeds) {
    const place = suite.place(work, seed, 'test')
    const ask = () => perform<DomainErrors>({ kind: 'retrieval', place })
    found.push((await cache.get('retrieval', await runner.prepare(place), ask)).answer)
  }
  for (const mode of ['lexical', 'dense', 'layered'] as const) {
    const shares = found.map((errors) => 100 * errors[mode])
    report(measured(`${suite.prefix}.domain_errors.${mode}`, '%', shares))
  }
}
