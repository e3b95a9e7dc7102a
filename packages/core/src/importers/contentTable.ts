import { hashId, IdTable } from './idTable.ts'

/** What was stored under which id: a 64-bit hash of the id and of the content, 32 to 60 bytes a record. */
export class ContentTable {
  private readonly ids = new IdTable()
  private content = new BigUint64Array(1024)
  private count = 0

  add(id: string, content: bigint): void {
    if (!this.ids.add(...hashId(id))) return
    if (this.count === this.content.length) {
      const larger = new BigUint64Array(this.count * 2)
      larger.set(this.content)
      this.content = larger
    }
    this.content[this.count++] = content
  }

  /** @returns null when nothing is stored under this id */
  find(id: string): bigint | null {
    const record = this.ids.find(...hashId(id))
    return record === -1 ? null : this.content[record]!
  }
}
