import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { methods } from './registry.ts'

const page = await readFile(new URL('../../../../docs/methods.md', import.meta.url), 'utf8')

test.each(methods.map(({ id, paper }) => [id, paper] as const))(
  'docs/methods.md has a full row for %s',
  (id, paper) => {
    const rows = page.split('\n').filter((line) => line.startsWith(`| \`${id}\` |`))
    expect(rows).toHaveLength(1)
    const cells = rows[0]!
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    expect(cells).toHaveLength(5)
    expect(cells[1]).toBe(paper || '-')
    for (const cell of cells) expect(cell).not.toBe('')
  },
)
