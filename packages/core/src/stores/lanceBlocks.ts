import type { RecordBatch, Vector } from 'apache-arrow'
import type { VectorBlock } from './store.ts'

/**
 * Record batches of any size as blocks of exactly `rows` rows (the last one may be smaller): equal shapes let an engine
 * reuse what it compiled. Holds one block and the batch under way.
 * @param pages batches with the columns `id` and `column`
 */
export async function* evenBlocks(
  pages: AsyncIterable<RecordBatch>,
  column: string,
  rows: number,
  dim: number,
): AsyncIterable<VectorBlock> {
  const vectors = new Float32Array(rows * dim)
  let ids: { column: Vector; from: number; at: number }[] = []
  let filled = 0
  const block = (): VectorBlock => {
    const parts = ids
    return {
      rows: filled,
      vectors: vectors.subarray(0, filled * dim),
      id: (row) => {
        const part = parts.findLast(({ at }) => at <= row)!
        return part.column.get(part.from + row - part.at) as string
      },
    }
  }
  for await (const page of pages) {
    const data = page.getChild(column)!.data[0]!
    const values = data.children[0]!.values as Float32Array
    const names = page.getChild('id')!
    for (let from = 0; from < page.numRows; ) {
      const taken = Math.min(rows - filled, page.numRows - from)
      const start = (data.offset + from) * dim
      vectors.set(values.subarray(start, start + taken * dim), filled * dim)
      ids.push({ column: names, from, at: filled })
      filled += taken
      from += taken
      if (filled === rows) {
        yield block()
        ids = []
        filled = 0
      }
    }
  }
  if (filled > 0) yield block()
}
