import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { ApiClient } from '../../scripts/client.ts'
import { root, until } from '../support/product.ts'

const executablePath = process.env.ANAMNESIS_BROWSER
const webUrl = inject('webUrl')
const api = new ApiClient(inject('apiUrl'))
const output = join(root, 'test', 'output', 'screenshots')
/** Where the two pictures of the README go: into docs/images when they are to be made anew. */
const images = process.env.ANAMNESIS_UPDATE_IMAGES ? join(root, 'docs', 'images') : output
const ROWS = [0, 1, 2, 3]
const COLUMNS = [1, 2, 3]

describe.skipIf(!executablePath)('the dashboard in a real browser (skipped without ANAMNESIS_BROWSER)', () => {
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    for (const folder of [output, images]) await mkdir(folder, { recursive: true })
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    })
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    page.on('pageerror', (error) => problems.push(`page error: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(`console: ${message.text()}`)
    })
  })
  afterAll(() => browser?.close())

  const cellValues = async () => {
    const values = new Map<string, number>()
    for (const cell of await page.locator('[data-testid^="cell-"][data-value]').all()) {
      const value = await cell.getAttribute('data-value')
      if (value) values.set((await cell.getAttribute('data-testid'))!, Number(value))
    }
    return values
  }

  it('starts a run, fills the matrix, survives a reload in the middle, and shows what the API stores', async () => {
    await page.goto(`${webUrl}/runs/new?suite=phantom-3&method=fine-tune`)
    await page
      .getByLabel('Steps per task')
      .or(page.locator('[name="stepsPerTask"]'))
      .first()
      .waitFor({ state: 'attached' })
    const advanced = page.getByTestId('advanced-settings')
    if ((await advanced.count()) > 0 && !(await page.locator('[name="stepsPerTask"]').isVisible()))
      await advanced.click()
    await page.locator('[name="stepsPerTask"]').fill('60')
    await page.locator('[name="evalLimit"]').fill('24')
    await page.locator('[name="batchSize"]').fill('8')
    await page.getByTestId('start-run').click()
    await page.waitForURL(/\/runs\/(?!new)[^/]+$/)

    await until('the first row of the matrix', 120, async () =>
      (await cellValues()).size >= COLUMNS.length ? true : null,
    )
    const before = await cellValues()
    await page.reload()
    await until('the cells being back after the reload', 30, async () =>
      (await cellValues()).size >= before.size ? true : null,
    )
    const after = await cellValues()
    for (const [cell, value] of before) expect(after.get(cell), cell).toBe(value)

    await until('every cell', 240, async () =>
      (await cellValues()).size === ROWS.length * COLUMNS.length ? true : null,
    )
    await page
      .getByTestId('run-state')
      .first()
      .getByText(/succeeded/i)
      .waitFor({ timeout: 60_000 })
    const shown = await cellValues()
    const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!)
    const { run } = await api.query<{
      run: { matrix: { cells: { row: number; column: number; accuracy: number }[] } }
    }>('query ($id: ID!) { run(id: $id) { matrix { cells { row column accuracy } } } }', { id })
    expect(run.matrix.cells).toHaveLength(ROWS.length * COLUMNS.length)
    for (const cell of run.matrix.cells)
      expect(shown.get(`cell-${cell.row}-${cell.column}`)).toBeCloseTo(cell.accuracy, 6)
    await page.emulateMedia({ colorScheme: 'light' })
    await page.waitForTimeout(700)
    await page.screenshot({ path: join(images, 'run-light.png'), fullPage: true })
  })

  it('lists the run and opens it', async () => {
    await page.goto(webUrl)
    await page.getByTestId('run-row').first().waitFor()
    await page.getByTestId('run-row').first().click()
    await page.waitForURL(/\/runs\//)
  })

  it('answers a question with figures and the score of each stage', async () => {
    await page.goto(
      `${webUrl}/retrieval?corpus=phantom-literature&q=${encodeURIComponent('A chest X-ray photo of pleural effusion')}`,
    )
    await page.getByTestId('hit').first().waitFor({ timeout: 60_000 })
    const image = page.getByTestId('hit').first().locator('img')
    await until('the figure being drawn', 20, async () =>
      (await image.evaluate((node: HTMLImageElement) => node.naturalWidth)) > 0 ? true : null,
    )
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.waitForTimeout(700)
    await page.screenshot({ path: join(images, 'retrieval-dark.png') })
  })

  it('shows the leaderboard of a suite', async () => {
    await page.goto(`${webUrl}/leaderboards/phantom-3`)
    await page
      .getByText(/fine-tun/i)
      .first()
      .waitFor()
  })

  it('has no sideways scrolling at 390 px, in light and dark, on any page', async () => {
    const paths = ['/', '/runs/new', '/retrieval', '/leaderboards', '/leaderboards/phantom-3', '/tasks', '/models']
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 900 })
        for (const path of paths) {
          await page.goto(webUrl + path)
          await page.waitForTimeout(700)
          const { inner, scroll } = await page.evaluate(() => ({
            inner: window.innerWidth,
            scroll: document.documentElement.scrollWidth,
          }))
          expect(scroll, `${path} at ${width} px, ${colorScheme}`).toBeLessThanOrEqual(inner)
          const name = `${path.replaceAll('/', '_')}-${width}-${colorScheme}.png`
          await page.screenshot({ path: join(output, name) })
        }
      }
    }
  })

  it('logged no error', () => {
    expect(problems).toEqual([])
  })
})
