import { randomUUID } from 'node:crypto'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { expect, inject, it } from 'vitest'
import { ApiClient, type StoredEvent } from '../../scripts/client.ts'
import { root, until } from '../support/product.ts'

const api = new ApiClient(inject('apiUrl'))
const home = inject('home')
const webUrl = inject('webUrl')
const executablePath = process.env.ANAMNESIS_BROWSER
const KEY = 'small-clip'

interface ImportAnswer {
  importModel: { modelImport: { id: string } | null; userErrors: { message: string }[] }
}
interface StartAnswer {
  startRun: { run: { id: string } | null; userErrors: { code: string; message: string }[] }
}

/** A checkpoint as open_clip writes it, with random weights. */
async function putIntoInbox(name: string): Promise<void> {
  const folder = join(home, 'inbox', name)
  await mkdir(folder, { recursive: true })
  await cp(join(root, 'packages/core/src/model/checkpoints/fixtures/open-clip'), folder, { recursive: true })
}

async function importModel(name: string, key: string): Promise<void> {
  const { importModel: started } = await api.query<ImportAnswer>(
    'mutation ($input: ImportModelInput!) { importModel(input: $input) { modelImport { id } userErrors { message } } }',
    { input: { source: `inbox:${name}`, key, idempotencyKey: randomUUID() } },
  )
  expect(started.userErrors).toEqual([])
  const end = await until('the import', 60, async () => {
    const { node } = await api.query<{ node: { state: string; message: string | null } }>(
      'query ($id: ID!) { node(id: $id) { ... on ModelImport { state message } } }',
      { id: started.modelImport!.id },
    )
    return ['SUCCEEDED', 'FAILED'].includes(node.state) ? node : null
  })
  expect(end).toEqual({ state: 'SUCCEEDED', message: null })
}

async function trainFrom(model: string, method: string): Promise<{ id: string; events: StoredEvent[] }> {
  const settings = { model, stepsPerTask: 4, batchSize: 8, evalLimit: 24 }
  const { startRun } = await api.query<StartAnswer>(
    'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } userErrors { code message } } }',
    { input: { suite: 'phantom-3', method, settings, idempotencyKey: randomUUID() } },
  )
  expect(startRun.userErrors).toEqual([])
  const events: StoredEvent[] = []
  for await (const event of api.runEvents(startRun.run!.id)) events.push(event)
  return { id: startRun.run!.id, events }
}

it('imports a checkpoint of open_clip and trains from it; the literature is indexed with it first', async () => {
  await putIntoInbox('from open_clip')
  await importModel('from open_clip', KEY)
  const { model } = await api.query<{ model: { encoderId: string; origin: string; embedding: number } }>(
    'query ($key: String!) { model(key: $key) { encoderId origin embedding } }',
    { key: KEY },
  )
  expect(model).toMatchObject({ origin: 'imported', embedding: 16 })

  const { id, events } = await trainFrom(KEY, 'fine-tune')
  expect(events.at(-1)).toMatchObject({ type: 'run.state', payload: { state: 'SUCCEEDED' } })
  expect(events.filter((event) => event.type === 'eval.cell')).toHaveLength(4 * 3)
  const { run } = await api.query<{ run: { modelKey: string; encoderId: string; baseModel: { runCount: number } } }>(
    'query ($id: ID!) { run(id: $id) { modelKey encoderId baseModel { runCount } } }',
    { id },
  )
  expect(run).toEqual({ modelKey: KEY, encoderId: model.encoderId, baseModel: { runCount: 1 } })

  const guided = await trainFrom(KEY, 'primed-dyn')
  expect(guided.events.at(-1)).toMatchObject({ type: 'run.state', payload: { state: 'SUCCEEDED' } })
  const said = guided.events.filter((event) => event.type === 'log').map((event) => String(event.payload.text))
  expect(said.some((text) => text.includes(`with encoder ${model.encoderId}`))).toBe(true)
  expect(said.some((text) => /^Indexing: \d+ of \d+ figures/.test(text))).toBe(true)
  expect(said.some((text) => /^Indexed \d+ figures/.test(text))).toBe(true)
})

it.skipIf(!executablePath)(
  'imports on the Models page and offers the model for a run (skipped without ANAMNESIS_BROWSER)',
  async () => {
    await putIntoInbox('second')
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-sync'] })
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
      await page.goto(`${webUrl}/models`)
      await page.getByRole('radio', { name: /second/ }).check()
      await page.getByLabel('Id').fill('seen-in-browser')
      await page.getByTestId('import-model').click()
      await page.locator('[data-testid="model-row"][data-key="seen-in-browser"]').waitFor({ timeout: 60_000 })
      await page
        .locator('[data-testid="model-row"][data-key="seen-in-browser"]')
        .getByRole('link', { name: 'New run' })
        .click()
      await page.waitForURL(/model=seen-in-browser/)
      await page.getByTestId('base-model').waitFor()
      expect(await page.getByTestId('base-model').inputValue()).toBe('seen-in-browser')
    } finally {
      await browser.close()
    }
  },
)
