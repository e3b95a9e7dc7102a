import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { ApiClient, type StoredEvent } from '../../scripts/client.ts'
import { root } from '../support/product.ts'

const api = new ApiClient(inject('apiUrl'))
const QUICK = { stepsPerTask: 6, evalLimit: 24, batchSize: 8 }

const START = `mutation Start($input: StartRunInput!) {
  startRun(input: $input) { run { id key state } userErrors { code field message } }
}`

interface StartAnswer {
  startRun: {
    run: { id: string; key: string; state: string } | null
    userErrors: { code: string; field: string | null; message: string }[]
  }
}

const startRun = (input: Record<string, unknown>) =>
  api.query<StartAnswer>(START, {
    input: { suite: 'phantom-3', method: 'fine-tune', settings: QUICK, idempotencyKey: randomUUID(), ...input },
  })

const command = (script: string, args: string[], env: Record<string, string> = {}) =>
  new Promise<{ code: number; out: string; err: string }>((done) => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), script, ...args], {
      cwd: root,
      env: { ...process.env, ANAMNESIS_API: api.url, ...env },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.on('exit', (code) => done({ code: code ?? 1, out, err }))
  })

describe('a script over the public API', () => {
  it('starts a run, loses its connection, goes on from the last event, and misses and doubles nothing', async () => {
    const { startRun: started } = await startRun({ seed: 11 })
    expect(started.userErrors).toEqual([])
    const id = started.run!.id
    const events: StoredEvent[] = []
    for await (const event of api.runEvents(id)) {
      events.push(event)
      if (events.length === 12) break // the connection ends here, in the middle of the run
    }
    for await (const event of api.runEvents(id, events.at(-1)!.seq)) events.push(event)
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.at(-1)).toMatchObject({ type: 'run.state', payload: { state: 'SUCCEEDED' } })

    const cells = events.filter((event) => event.type === 'eval.cell')
    expect(cells).toHaveLength(4 * 3) // row 0 (zero-shot) and one row after each task, three columns
    const { run } = await api.query<{
      run: {
        matrix: { cells: { row: number; column: number; accuracy: number }[] }
        metrics: { key: string; value: number | null }[]
        series: { steps: number[]; values: number[] }[]
      }
    }>(
      'query ($id: ID!) { run(id: $id) { matrix { cells { row column accuracy } } metrics { key value } series(names: ["loss.ce"]) { steps values } } }',
      { id },
    )
    const stored = new Map(run.matrix.cells.map((cell) => [`${cell.row}/${cell.column}`, cell.accuracy]))
    for (const { payload } of cells) expect(stored.get(`${payload.row}/${payload.column}`)).toBe(payload.accuracy)
    expect(run.series[0]!.steps).toHaveLength(3 * QUICK.stepsPerTask)
    const last = [1, 2, 3].map((column) => stored.get(`3/${column}`)!)
    expect(run.metrics.find((metric) => metric.key === 'last')!.value).toBeCloseTo(last.reduce((a, b) => a + b) / 3, 10)
  })

  it('makes one run of a retried start, and refuses the key with other input', async () => {
    const idempotencyKey = randomUUID()
    const first = await startRun({ method: 'zero-shot', idempotencyKey })
    const second = await startRun({ method: 'zero-shot', idempotencyKey })
    expect(second.startRun.run!.id).toBe(first.startRun.run!.id)
    const other = await startRun({ method: 'zero-shot', idempotencyKey, seed: 99 })
    expect(other.startRun.run).toBeNull()
    expect(other.startRun.userErrors[0]!.code).toBe('CONFLICT')
  })

  it.each([
    [{ suite: 'no-such-suite' }, 'UNKNOWN_SUITE', 'no-such-suite'],
    [{ method: 'no-such-method' }, 'UNKNOWN_METHOD', 'no-such-method'],
    [{ method: 'primed-dyn', parameters: { alpha: -1 } }, 'BAD_PARAMETERS', 'alpha'],
    [{ method: 'fine-tune', parameters: { colour: 'red' } }, 'BAD_PARAMETERS', 'colour'],
    [{ settings: { stepsPerTask: 0 } }, 'BAD_INPUT', 'stepsPerTask'],
  ])('refuses %j with one clear message', async (input, code, word) => {
    const { startRun: answer } = await startRun(input)
    expect(answer.run).toBeNull()
    expect(answer.userErrors).toHaveLength(1)
    expect(answer.userErrors[0]!.code).toBe(code)
    expect(answer.userErrors[0]!.message + answer.userErrors[0]!.field).toContain(word)
  })

  it('stops a run in two phases and tells why', async () => {
    const { startRun: started } = await startRun({ settings: { ...QUICK, stepsPerTask: 5000 } })
    const id = started.run!.id
    const states: string[] = []
    for await (const event of api.runEvents(id)) {
      if (event.type === 'run.state') states.push(String(event.payload.state))
      if (event.type === 'step' && !states.includes('STOP_REQUESTED')) {
        const { stopRun } = await api.query<{ stopRun: { userErrors: unknown[] } }>(
          'mutation ($id: ID!) { stopRun(input: { runId: $id, reason: "seen enough" }) { run { state } userErrors { code message } } }',
          { id },
        )
        expect(stopRun.userErrors).toEqual([])
        states.push('asked')
      }
    }
    expect(states.slice(0, 2)).toEqual(['QUEUED', 'RUNNING'])
    expect(states).toContain('STOP_REQUESTED')
    expect(states.at(-1)).toBe('STOPPED')
  })

  it('retrieves figures with the score of each stage', async () => {
    const { retrieve } = await api.query<{
      retrieve: {
        hits: {
          rank: number
          dense: { score: number } | null
          visual: { score: number } | null
          figure: { imageUrl: string; caption: string }
        }[]
        counts: { corpus: number }
      }
    }>(`{ retrieve(input: { question: "A fundus photo of drusen", corpus: "phantom-literature", k: 8 }) {
      hits { rank dense { score rank } visual { score rank } lexical { score rank } figure { imageUrl caption } } counts { corpus dense visual kept } } }`)
    expect(retrieve.counts.corpus).toBeGreaterThanOrEqual(6000)
    expect(retrieve.hits.length).toBeGreaterThan(0)
    expect(retrieve.hits.length).toBeLessThanOrEqual(8)
    const visual = retrieve.hits.map((hit) => hit.visual!.score)
    expect(visual).toEqual([...visual].sort((a, b) => b - a))
    const image = await fetch(api.url + retrieve.hits[0]!.figure.imageUrl)
    expect(image.status).toBe(200)
    expect(image.headers.get('content-type')).toMatch(/^image\//)
  })
})

describe('npm run benchmark', () => {
  it('drives the same API and prints the matrix and the metrics', async () => {
    const settings = Object.entries(QUICK).flatMap(([key, value]) => ['--set', `${key}=${value}`])
    const args = ['--suite', 'phantom-3', '--methods', 'zero-shot,fine-tune', '--seeds', '1,2', ...settings]
    const { code, out, err } = await command('benchmark', [...args, '--json'])
    expect(err).not.toMatch(/error/i)
    expect(code).toBe(0)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.filter((line) => line.kind === 'run')).toHaveLength(4)
    expect(
      lines
        .filter((line) => line.kind === 'method')
        .map((line) => line.method.key)
        .sort(),
    ).toEqual(['fine-tune', 'zero-shot'])
  })

  it('says what is wrong and ends with an error', async () => {
    const missing = await command('benchmark', ['--suite', 'phantom-3'])
    expect(missing.code).toBe(2)
    expect(missing.err).toContain('--methods')
    const suite = await command('benchmark', ['--suite', 'nope', '--methods', 'fine-tune'])
    expect(suite.code).toBe(1)
    expect(suite.err).toContain('UNKNOWN_SUITE')
    const server = await command('benchmark', ['--suite', 'phantom-3', '--methods', 'fine-tune'], {
      ANAMNESIS_API: 'http://127.0.0.1:9',
    })
    expect(server.code).toBe(1)
    expect(server.err).toContain('npm start')
  })
})
