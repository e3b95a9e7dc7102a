import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseJats, readTar } from '@anamnesis/core/importers'
import { type Measurement, measured } from './bench.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const ARCHIVE = join(
  resolve(ROOT, process.env.ANAMNESIS_TEST_DATA || '../shared/data'),
  'literature',
  'articles.tar.gz',
)
const REPEATS = 3

/** Rate of the article parser over the real articles, which are in memory. */
export async function jatsPart(report: (measurement: Measurement) => void): Promise<void> {
  const metric = 'jats.articles_per_s'
  if (!existsSync(ARCHIVE)) {
    report({ metric, value: null, reason: `no real articles in ${ARCHIVE}; ANAMNESIS_TEST_DATA names their folder` })
    return
  }
  const files: { name: string; data: Uint8Array }[] = []
  for await (const { name, data } of readTar(ARCHIVE)) files.push({ name, data })
  const rates: number[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const started = performance.now()
    let articles = 0
    for (const { name, data } of files) articles += parseJats(data, name).length
    rates.push((1000 * articles) / (performance.now() - started))
  }
  report(measured(metric, 'articles/s', rates))
}
