/** Writer of the protobuf wire format: only the field kinds that an ONNX model needs. */
export class ProtobufWriter {
  private buffer: Buffer
  private length = 0

  constructor(capacity = 256) {
    this.buffer = Buffer.allocUnsafe(capacity)
  }

  /** Field of kind int32, int64 or enum. */
  integer(field: number, value: number | bigint): this {
    this.varint(field << 3)
    this.varint(value)
    return this
  }

  /** Field of kind float. */
  float(field: number, value: number): this {
    this.varint((field << 3) | 5)
    this.reserve(4)
    this.buffer.writeFloatLE(value, this.length)
    this.length += 4
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.varint((field << 3) | 2)
    this.varint(value.length)
    this.reserve(value.length)
    this.buffer.set(value, this.length)
    this.length += value.length
    return this
  }

  string(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'))
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish())
  }

  /** The bytes so far; a view that the next write may outdate. */
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length)
  }

  private varint(value: number | bigint): void {
    this.reserve(10)
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      let rest = value
      while (rest > 127) {
        this.buffer[this.length++] = (rest & 127) | 128
        rest >>>= 7
      }
      this.buffer[this.length++] = rest
      return
    }
    let rest = BigInt.asUintN(64, BigInt(value)) // negative numbers take ten bytes
    while (rest > 127n) {
      this.buffer[this.length++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.buffer[this.length++] = Number(rest)
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}
