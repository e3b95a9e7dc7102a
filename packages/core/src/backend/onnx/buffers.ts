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

  /** @param limit most bytes kept for reuse; what exceeds it is left to the garbage collector */
  constructor(private readonly limit: number) {}

  take(type: ElementType, size: number): ValueData {
    const buffer = this.free.get(`${type}${size}`)?.pop()
    if (!buffer) return allocate(type, size)
    this.freeBytes -= buffer.byteLength
    return buffer
  }

  give(type: ElementType, buffer: ValueData): void {
    if (this.freeBytes + buffer.byteLength > this.limit) {
      this.clear() // sizes of an earlier phase may fill the pool: start over with the current ones
      if (buffer.byteLength > this.limit) return
    }
    const key = `${type}${buffer.length}`
    const same = this.free.get(key)
    if (same) same.push(buffer)
    else this.free.set(key, [buffer])
    this.freeBytes += buffer.byteLength
  }

  clear(): void {
    this.free.clear()
    this.freeBytes = 0
  }

  get bytes(): number {
    return this.freeBytes
  }
}
