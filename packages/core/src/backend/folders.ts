import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `npm run engine -- install` puts an optional engine: below ANAMNESIS_ENGINES, else `engines` of ANAMNESIS_HOME. */
export function engineFolder(name: string): string {
  const project = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
  const engines = process.env.ANAMNESIS_ENGINES || join(process.env.ANAMNESIS_HOME || '.anamnesis', 'engines')
  return resolve(project, engines, name)
}
