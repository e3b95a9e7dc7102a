// `npm run bench -- <name> [--json] [the bench's own options]`: measures, and prints lines for people or one JSON object a line.
import { cpus, totalmem } from 'node:os'
import { describeMeasurement, type Measurement } from './bench.ts'
import { benches } from './registry.ts'

const json = process.argv.includes('--json')
const args = process.argv.slice(2).filter((arg) => arg !== '--json')
const firstOption = args.findIndex((arg) => arg.startsWith('--'))
const names = firstOption < 0 ? args : args.slice(0, firstOption)
const options = args.slice(names.length)

const unknown = names.filter((name) => !benches[name])
if (names.length === 0 || unknown.length > 0) {
  const problem = unknown.length > 0 ? `Unknown bench "${unknown.join('", "')}". ` : ''
  process.stderr.write(
    `${problem}Usage: npm run bench -- <name> [--json]. Names: ${Object.keys(benches).join(', ')}.\n`,
  )
  process.exit(1)
}

const note = (text: string) => {
  if (!json) process.stdout.write(`${text}\n`)
}
note(machine())
for (const name of names) {
  const { default: bench } = await benches[name]!()
  note(`${name}: ${bench.title}`)
  const report = (measurement: Measurement) => {
    process.stdout.write(
      json ? `${JSON.stringify({ bench: name, ...measurement })}\n` : `  ${describeMeasurement(measurement)}\n`,
    )
  }
  await bench.run(report, (text) => note(text.replace(/^/gm, '  ')), options)
}

function machine(): string {
  const processors = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `Machine: ${processors.length} x ${processors[0]?.model.trim() ?? 'unknown'}, ${memory} GB, ${process.platform}-${process.arch}, Node ${process.versions.node}`
}
