import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFile, root } from '../support/product.ts'

const pages = [
  'README.md',
  ...(await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
]
const scripts = Object.keys(JSON.parse(await projectFile('package.json')).scripts)

describe.each(pages)('%s', (page) => {
  it('names only npm commands that exist', async () => {
    const text = await projectFile(page)
    for (const [, name] of text.matchAll(/npm run ([a-z][\w:-]*)/g)) expect(scripts, `npm run ${name}`).toContain(name)
  })

  it('names only files and folders that exist', async () => {
    const text = await projectFile(page)
    const folder = page.includes('/') ? 'docs' : '.'
    for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      expect(existsSync(join(root, folder, link!)), `${page} links to ${link}`).toBe(true)
    }
    for (const [, path] of text.matchAll(/`((?:packages|apps|scripts|test|docs|docker|prisma)\/[\w./-]+)`/g)) {
      expect(existsSync(join(root, path!)), `${page} names ${path}`).toBe(true)
    }
  })
})
