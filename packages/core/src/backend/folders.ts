import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where `npm run engine -- install` puts an optional engine. */
export function engineFolder(name: string): string {
  const project = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
  return resolve(project, process.env.ANAMNESIS_HOME || '.anamnesis', 'engines', name)
}
