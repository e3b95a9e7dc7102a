/** `npm run format`: formats and fixes what can be fixed by itself. */
import { run } from './tools.ts'

await run('biome', ['check', '--write', '.'])
