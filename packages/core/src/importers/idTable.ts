import { createHash } from 'node:crypto'

/** First 64 bits of SHA-256 of an id, as two 32-bit halves; the same on every machine. */
export function hashId(id: string): [high: number, low: number] {
  const digest = createHash('sha256').update(id).digest()
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
}

/** Record number by id hash: open addressing in typed arrays, 24 to 48 bytes an id whatever the length of the ids. */
export class IdTable {
  private slots = new Int32Array(1024).fill(-1)
  private high = new Uint32Array(512)
  private low = new Uint32Array(512)
  private count = 0

  /** Gives the next record number to this hash. @returns false when the hash is already there */
  add(high: number, low: number): boolean {
    if (this.find(high, low) !== -1) return false
    if (this.count === this.high.length) this.grow()
    this.high[this.count] = high
    this.low[this.count] = low
    this.place(this.count)
    this.count++
    return true
  }

  /** @returns the record number, -1 when absent */
  find(high: number, low: number): number {
    const mask = this.slots.length - 1
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const record = this.slots[slot]!
      if (record === -1 || (this.high[record] === high && this.low[record] === low)) return record
    }
  }

  private place(record: number): void {
    const mask = this.slots.length - 1
    let slot = this.low[record]! & mask
    while (this.slots[slot] !== -1) slot = (slot + 1) & mask
    this.slots[slot] = record
  }

  private grow(): void {
    const size = this.high.length * 2
    const high = new Uint32Array(size)
    const low = new Uint32Array(size)
    high.set(this.high)
    low.set(this.low)
    this.high = high
    this.low = low
    this.slots = new Int32Array(size * 2).fill(-1)
    for (let record = 0; record < this.count; record++) this.place(record)
  }
}
