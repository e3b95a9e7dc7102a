import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './env.ts'

/** Version of the product. */
export const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }
