import type { ElementType } from './onnx-model.ts'
import type { ValueData } from './value.ts'

function allocate(type: ElementType, size: number): ValueData {
  switch (type) {
    case 'float32':
      return new Float32Array(size)
    case 'int32':
      return new Int32Array(size)
    case 'bool':
      return new Uint8Array(size)
    case 'int64':
      return new BigInt64Array(size)
  }
}

/** Memory of disposed tensors, handed out again by type and size: a training step allocates nothing after the second. */
export class BufferPool {
  private readonly free = new Map<string, ValueData[]>()
  private freeBytes = 0
  private takenBytes = 0
  /** Bytes that recent runs took, the last one at full and earlier ones at less and less weight. */
  private recentBytes = 0

  /** @param limit bytes kept for reuse, or as many as a run takes; what exceeds both is left to the garbage collector */
  constructor(private readonly limit: number) {}

  take(type: ElementType, size: number): ValueData {
    this.takenBytes += size * (type === 'int64' ? 8 : type === 'bool' ? 1 : 4)
    const buffer = this.free.get(`${type}${size}`)?.pop()
    if (!buffer) return allocate(type, size)
    this.freeBytes -= buffer.byteLength
    return buffer
  }

  give(type: ElementType, buffer: ValueData): void {
    const limit = Math.max(this.limit, this.recentBytes)
    if (this.freeBytes + buffer.byteLength > limit) {
      this.clear() // sizes of an earlier phase may fill the pool: start over with the current ones
      if (buffer.byteLength > limit) return
    }
    const key = `${type}${buffer.length}`
    const same = this.free.get(key)
    if (same) same.push(buffer)
    else this.free.set(key, [buffer])
    this.freeBytes += buffer.byteLength
  }

  /** To be called after each run. */
  endRun(): void {
    this.recentBytes = Math.max(this.takenBytes, this.recentBytes * 0.75)
    this.takenBytes = 0
  }

  clear(): void {
    this.free.clear()
    this.freeBytes = 0
  }

  get bytes(): number {
    return this.freeBytes
  }
}
