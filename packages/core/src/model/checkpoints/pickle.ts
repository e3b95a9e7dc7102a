/** A function or class that a pickle names; it is only ever compared with a list, never called. */
class PickleGlobal {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** Where the numbers of a tensor lie: an entry of the archive. */
interface PickleStorage {
  readonly kind: 'storage'
  /** Name of the class, as "torch.FloatStorage". */
  readonly type: string
  readonly key: string
  /** Numbers in it. */
  readonly length: number
}

export interface PickleTensor {
  readonly kind: 'tensor'
  readonly storage: PickleStorage
  /** In numbers, not bytes. */
  readonly offset: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
}

export interface PickleDict {
  readonly kind: 'dict'
  readonly entries: Map<string | number | bigint | boolean | null, PickleValue>
}

interface PickleList {
  readonly kind: 'list'
  readonly items: PickleValue[]
}

interface PickleTuple {
  readonly kind: 'tuple'
  readonly items: PickleValue[]
}

/** A module of a TorchScript archive: its attributes. */
interface PickleModule {
  readonly kind: 'module'
  attributes: PickleDict | null
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleGlobal
  | PickleStorage
  | PickleTensor
  | PickleDict
  | PickleList
  | PickleTuple
  | PickleModule

const MOST_VALUES = 4_000_000
const LONGEST_NUMBER = 16
const MARK = Symbol('mark')

const STORAGES: ReadonlySet<string> = new Set(
  ['Float', 'Double', 'Half', 'BFloat16', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'].map(
    (type) => `torch.${type}Storage`,
  ),
)
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2'
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter'
const ORDERED_DICT = 'collections.OrderedDict'
const SIZE = 'torch.Size'
/** Typed lists of a TorchScript archive. */
const BUILD_LIST = /^torch\.jit\._pickle\.build_(int|double|bool|tensor)list$/
const KNOWN: ReadonlySet<string> = new Set([...STORAGES, REBUILD_TENSOR, REBUILD_PARAMETER, ORDERED_DICT, SIZE])
/** Classes of a TorchScript archive; their objects are read as plain attributes. */
const SCRIPTED = /^__torch__(\.|$)/

const NAMES: Record<number, string> = {
  105: 'INST',
  111: 'OBJ',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  146: 'NEWOBJ_EX',
  80: 'PERSID',
  151: 'NEXT_BUFFER',
}

/** Its message completes "the pickle ...". */
class PickleError extends Error {}

/**
 * Reads a pickle as PyTorch writes one for a state dict, without ever running anything: the instructions build plain
 * values, and a name of a function or class is accepted only when it is one of the few that describe tensors. Those
 * are not called either; a tensor becomes a description of where its numbers lie.
 * @throws PickleError naming the refused instruction or name
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  return new Machine(bytes).run()
}

export const isPickleError = (error: unknown): error is Error => error instanceof PickleError

type Slot = PickleValue | typeof MARK

class Machine {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly stack: Slot[] = []
  private readonly memo = new Map<number, PickleValue>()
  private at = 0
  private values = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  run(): PickleValue {
    for (;;) {
      const position = this.at
      const code = this.byte()
      if (code === 0x2e) return this.pop() // STOP
      if (!this.step(code)) {
        const name = NAMES[code] ?? (code > 0x20 && code < 0x7f ? `"${String.fromCharCode(code)}"` : 'unknown')
        throw new PickleError(
          `uses instruction 0x${code.toString(16).padStart(2, '0')} (${name}) at byte ${position}, which no state dict needs`,
        )
      }
    }
  }

  /** Carries out one instruction. @returns false when it is not one of the allowed */
  private step(code: number): boolean {
    switch (code) {
      case 0x80: {
        const protocol = this.byte()
        if (protocol < 2 || protocol > 5) throw new PickleError(`has protocol ${protocol}; 2 to 5 can be read`)
        return true
      }
      case 0x95: // FRAME: a hint of how much to read at once
        this.take(8)
        return true
      case 0x28: // MARK
        this.stack.push(MARK)
        return true
      case 0x30: // POP
        this.stack.pop()
        return true
      case 0x4e: // NONE
        return this.push(null)
      case 0x88: // NEWTRUE
        return this.push(true)
      case 0x89: // NEWFALSE
        return this.push(false)
      case 0x4b: // BININT1
        return this.push(this.byte())
      case 0x4d: // BININT2
        return this.push(this.view.getUint16(this.skip(2), true))
      case 0x4a: // BININT
        return this.push(this.view.getInt32(this.skip(4), true))
      case 0x8a: // LONG1
        return this.push(this.wholeNumber(this.byte()))
      case 0x47: // BINFLOAT, the only big-endian number
        return this.push(this.view.getFloat64(this.skip(8), false))
      case 0x58: // BINUNICODE
        return this.push(this.text(this.view.getUint32(this.skip(4), true)))
      case 0x8c: // SHORT_BINUNICODE
        return this.push(this.text(this.byte()))
      case 0x8d: // BINUNICODE8
        return this.push(this.text(this.wide()))
      case 0x55: // SHORT_BINSTRING
        return this.push(this.text(this.byte()))
      case 0x43: // SHORT_BINBYTES
        return this.push(this.take(this.byte()))
      case 0x42: // BINBYTES
        return this.push(this.take(this.view.getUint32(this.skip(4), true)))
      case 0x7d: // EMPTY_DICT
        return this.push({ kind: 'dict', entries: new Map() })
      case 0x5d: // EMPTY_LIST
        return this.push({ kind: 'list', items: [] })
      case 0x29: // EMPTY_TUPLE
        return this.push({ kind: 'tuple', items: [] })
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.push({ kind: 'tuple', items: this.popMany(code - 0x84) })
      case 0x74: // TUPLE
        return this.push({ kind: 'tuple', items: this.popToMark() })
      case 0x6c: // LIST
        return this.push({ kind: 'list', items: this.popToMark() })
      case 0x61: // APPEND
        return this.append([this.pop()])
      case 0x65: // APPENDS
        return this.append(this.popToMark())
      case 0x73: // SETITEM
        return this.setItems(this.popMany(2))
      case 0x75: // SETITEMS
        return this.setItems(this.popToMark())
      case 0x71: // BINPUT
        return this.remember(this.byte())
      case 0x72: // LONG_BINPUT
        return this.remember(this.view.getUint32(this.skip(4), true))
      case 0x94: // MEMOIZE
        return this.remember(this.memo.size)
      case 0x68: // BINGET
        return this.recall(this.byte())
      case 0x6a: // LONG_BINGET
        return this.recall(this.view.getUint32(this.skip(4), true))
      case 0x63: // GLOBAL
        return this.push(global(`${this.line()}.${this.line()}`))
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.popMany(2)
        if (typeof module !== 'string' || typeof name !== 'string') throw new PickleError('names a function by no text')
        return this.push(global(`${module}.${name}`))
      }
      case 0x51: // BINPERSID
        return this.push(storage(this.pop()))
      case 0x52: {
        // REDUCE
        const [called, given] = this.popMany(2)
        return this.push(described(called!, given!))
      }
      case 0x81: {
        // NEWOBJ
        const [made] = this.popMany(2)
        if (!(made instanceof PickleGlobal) || !SCRIPTED.test(made.name)) {
          throw new PickleError(`makes an object of ${shown(made)}`)
        }
        return this.push({ kind: 'module', attributes: null })
      }
      case 0x62: // BUILD
        return this.build(this.pop())
      default:
        return false
    }
  }

  private push(value: PickleValue): true {
    if (++this.values > MOST_VALUES) throw new PickleError(`holds more than ${MOST_VALUES} values`)
    this.stack.push(value)
    return true
  }

  private pop(): PickleValue {
    const value = this.stack.pop()
    if (value === undefined || value === MARK)
      throw new PickleError(`takes a value that is not there at byte ${this.at}`)
    return value
  }

  private popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse()
  }

  private popToMark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK)
    if (mark < 0) throw new PickleError(`closes a group that was not opened at byte ${this.at}`)
    const values = this.stack.splice(mark)
    return values.slice(1) as PickleValue[]
  }

  private top(): PickleValue {
    const value = this.stack.at(-1)
    if (value === undefined || value === MARK)
      throw new PickleError(`changes a value that is not there at byte ${this.at}`)
    return value
  }

  private remember(key: number): true {
    this.memo.set(key, this.top())
    return true
  }

  private recall(key: number): true {
    const value = this.memo.get(key)
    if (value === undefined) throw new PickleError(`recalls value ${key}, which was never remembered`)
    return this.push(value)
  }

  private append(values: PickleValue[]): true {
    const list = this.top()
    if (!hasKind(list, 'list')) throw new PickleError(`appends to ${shown(list)}`)
    for (const value of values) list.items.push(value)
    return true
  }

  private setItems(flat: PickleValue[]): true {
    const dict = this.top()
    if (!hasKind(dict, 'dict')) throw new PickleError(`sets an item of ${shown(dict)}`)
    if (flat.length % 2 !== 0) throw new PickleError('sets a key without a value')
    setPairs(dict, flat)
    return true
  }

  /** Sets the attributes of an object; those of a dict (PyTorch's "_metadata") are left out. */
  private build(state: PickleValue): true {
    const object = this.top()
    if (hasKind(object, 'module') && hasKind(state, 'dict')) {
      object.attributes = state
      return true
    }
    if (hasKind(object, 'dict') && hasKind(state, 'dict')) return true
    throw new PickleError(`sets attributes of ${shown(object)}`)
  }

  private byte(): number {
    return this.view.getUint8(this.skip(1))
  }

  private wide(): number {
    return Number(this.view.getBigUint64(this.skip(8), true))
  }

  /** Position of the next `count` bytes, which are then passed. */
  private skip(count: number): number {
    const start = this.at
    if (start + count > this.bytes.length) throw new PickleError(`is truncated after ${this.bytes.length} bytes`)
    this.at = start + count
    return start
  }

  private take(count: number): Uint8Array {
    const start = this.skip(count)
    return this.bytes.subarray(start, this.at)
  }

  private text(length: number): string {
    return new TextDecoder().decode(this.take(length))
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at)
    if (end < 0) throw new PickleError(`is truncated after ${this.bytes.length} bytes`)
    const text = this.text(end - this.at)
    this.at = end + 1
    return text
  }

  /** A little-endian whole number in two's complement. */
  private wholeNumber(length: number): number | bigint {
    if (length > LONGEST_NUMBER) throw new PickleError(`holds a number of ${length} bytes`)
    let value = 0n
    this.take(length).forEach((byte, i) => {
      value |= BigInt(byte) << BigInt(8 * i)
    })
    const signed = BigInt.asIntN(8 * length, value)
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
  }
}

function global(name: string): PickleGlobal {
  if (KNOWN.has(name) || SCRIPTED.test(name) || BUILD_LIST.test(name)) return new PickleGlobal(name)
  throw new PickleError(`names ${name}, which is no part of a state dict and could run code`)
}

/** ('storage', class, key, device, length) as PyTorch refers to numbers outside of the pickle. */
function storage(reference: PickleValue): PickleStorage {
  if (hasKind(reference, 'tuple')) {
    const [word, type, key, , length] = reference.items
    if (word === 'storage' && type instanceof PickleGlobal && STORAGES.has(type.name)) {
      if (typeof key === 'string' && isCount(length)) return { kind: 'storage', type: type.name, key, length }
    }
  }
  throw new PickleError('refers to something outside of it that is no tensor storage')
}

/** What calling one of the known functions would give, as a description. */
function described(called: PickleValue, given: PickleValue): PickleValue {
  if (!(called instanceof PickleGlobal) || !hasKind(given, 'tuple')) throw new PickleError(`calls ${shown(called)}`)
  const { items } = given
  switch (called.name) {
    case ORDERED_DICT: {
      const dict: PickleDict = { kind: 'dict', entries: new Map() }
      if (items.length === 0) return dict
      if (items.length > 1 || !hasKind(items[0], 'list'))
        throw new PickleError('makes a dict of something else than pairs')
      for (const pair of items[0].items) setPairs(dict, pairItems(pair))
      return dict
    }
    case SIZE:
      if (items.length === 1 && hasKind(items[0], 'tuple')) return items[0]
      throw new PickleError('makes a size of something else than a tuple')
    case REBUILD_PARAMETER:
      if (hasKind(items[0], 'tensor')) return items[0]
      throw new PickleError('makes a parameter of something else than a tensor')
    case REBUILD_TENSOR:
      return tensor(items)
    default:
      if (BUILD_LIST.test(called.name) && hasKind(items[0], 'list')) return items[0]
      throw new PickleError(`calls ${called.name}`)
  }
}

function tensor([source, offset, shape, stride]: readonly PickleValue[]): PickleTensor {
  const [sizes, steps] = [counts(shape), counts(stride)]
  if (!hasKind(source, 'storage') || !isCount(offset) || !sizes || !steps || sizes.length !== steps.length) {
    throw new PickleError('describes a tensor without storage, position, shape or strides')
  }
  return { kind: 'tensor', storage: source, offset, shape: sizes, stride: steps }
}

function counts(value: PickleValue | undefined): number[] | null {
  if (!hasKind(value, 'tuple')) return null
  const { items } = value
  return items.every(isCount) ? (items as number[]) : null
}

function pairItems(pair: PickleValue): PickleValue[] {
  const items = hasKind(pair, 'tuple') || hasKind(pair, 'list') ? pair.items : []
  if (items.length !== 2) throw new PickleError('makes a dict of something else than pairs')
  return items
}

function setPairs({ entries }: PickleDict, flat: readonly PickleValue[]): void {
  for (let i = 0; i < flat.length; i += 2) {
    const key = flat[i]!
    if (typeof key === 'object' && key !== null) throw new PickleError(`has a dict with the key ${shown(key)}`)
    entries.set(key, flat[i + 1]!)
  }
}

const isCount = (value: PickleValue | undefined): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

type Described = Extract<PickleValue, { kind: string }>

export function hasKind<K extends Described['kind']>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<Described, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind
}

/** A value for messages. */
function shown(value: PickleValue | undefined): string {
  if (value instanceof PickleGlobal) return value.name
  if (typeof value === 'object' && value !== null && 'kind' in value) return `a ${value.kind}`
  return `a ${value === null ? 'null' : typeof value}`
}
