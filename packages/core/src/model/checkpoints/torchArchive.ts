import type { FileHandle } from 'node:fs/promises'
import { corrupt, elements, openWeights, readAll } from './bytes.ts'
import { firstNotFinite, isWeightType, NUMBER_BYTES, type NumberType, toFloats } from './dtypes.ts'
import { hasKind, isPickleError, type PickleDict, type PickleTensor, type PickleValue, readPickle } from './pickle.ts'
import type { TensorSource } from './source.ts'
import { ZipDirectory } from './zip.ts'

const LARGEST_PICKLE = 2 ** 26
const DEEPEST_MODULE = 32
const MOST_TENSORS = 100_000
/** Keys below which training scripts keep the weights, beside what they need to go on. */
const STATE_KEYS = ['state_dict', 'model_state_dict', 'model'] as const
/** Prefix of models that were trained on several devices. */
const PARALLEL_PREFIX = 'module.'

const TYPES: Record<string, NumberType> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
}

interface TorchTensor {
  type: NumberType
  shape: readonly number[]
  described: PickleTensor
}

/**
 * A file of `torch.save` (a zip archive since PyTorch 1.6) that holds a state dict, alone or beside a training state,
 * or a TorchScript archive such as OpenAI published. Only descriptions of tensors are taken from its pickle; no code runs.
 */
export class TorchArchive implements TensorSource {
  readonly name: string
  readonly tensors: ReadonlyMap<string, TorchTensor>
  private readonly file: FileHandle
  private readonly zip: ZipDirectory
  private readonly root: string

  private constructor(
    name: string,
    file: FileHandle,
    zip: ZipDirectory,
    root: string,
    tensors: Map<string, TorchTensor>,
  ) {
    this.name = name
    this.file = file
    this.zip = zip
    this.root = root
    this.tensors = tensors
  }

  /** @throws CORRUPT_WEIGHTS naming what is wrong or refused; MISSING_DATA when there is no such file */
  static async open(path: string): Promise<TorchArchive> {
    const file = await openWeights(path)
    try {
      const zip = await ZipDirectory.read(file, path)
      const root = archiveRoot(zip, path)
      if (zip.has(`${root}byteorder`)) {
        const order = (await zip.bytes(`${root}byteorder`, 16)).toString('utf8').trim()
        if (order !== 'little') throw corrupt(path, `its byte order is "${order}", only "little" can be read`)
      }
      const tensors = await stateTensors(await zip.bytes(`${root}data.pkl`, LARGEST_PICKLE), path)
      for (const [name, tensor] of tensors) await checkTensor(zip, root, name, tensor, path)
      return new TorchArchive(path, file, zip, root, tensors)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async read(name: string): Promise<Float32Array<ArrayBuffer>> {
    const tensor = this.tensors.get(name)
    if (!tensor) throw corrupt(this.name, `tensor "${name}" is missing`)
    const { type, shape, described } = tensor
    if (!isWeightType(type)) throw corrupt(this.name, `tensor "${name}" is ${type}, not weights`)
    const { start } = await this.zip.member(`${this.root}data/${described.storage.key}`)
    const bytes = new Uint8Array(span(described) * NUMBER_BYTES[type])
    await readAll(this.file, bytes, start + described.offset * NUMBER_BYTES[type], this.name)
    const values = inOrder(toFloats(bytes, type), shape, described.stride)
    const at = firstNotFinite(values)
    if (at >= 0) throw corrupt(this.name, `tensor "${name}" holds ${values[at]} at position ${at}`)
    return values
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close()
  }
}

/** The folder in the archive that holds data.pkl, with its slash. */
function archiveRoot(zip: ZipDirectory, path: string): string {
  const found = [...zip.names].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name))
  if (found.length !== 1) throw corrupt(path, `it holds ${found.length} data.pkl, a file of torch.save holds one`)
  return found[0]!.slice(0, -'data.pkl'.length)
}

async function stateTensors(pickle: Uint8Array, path: string): Promise<Map<string, TorchTensor>> {
  let state: PickleValue
  try {
    state = readPickle(pickle)
  } catch (error) {
    if (isPickleError(error)) throw corrupt(path, `its pickle ${error.message}`, error)
    throw error
  }
  const tensors = new Map<string, TorchTensor>()
  collect(stateDict(state, path), '', 0, path, tensors)
  if (tensors.size === 0) throw corrupt(path, 'it holds no tensors')
  return [...tensors.keys()].every((name) => name.startsWith(PARALLEL_PREFIX))
    ? new Map([...tensors].map(([name, tensor]) => [name.slice(PARALLEL_PREFIX.length), tensor]))
    : tensors
}

/** The dict of weights: the value itself, one below a usual key, or the attributes of a scripted module. */
function stateDict(value: PickleValue, path: string): PickleDict {
  if (hasKind(value, 'module') && value.attributes) return value.attributes
  if (!hasKind(value, 'dict')) throw corrupt(path, 'it holds no dict of tensors')
  for (const key of STATE_KEYS) {
    const inner = value.entries.get(key)
    if (hasKind(inner, 'dict')) return inner
  }
  return value
}

/** Tensors of a dict and of the modules below it; other values are no weights. */
function collect(
  dict: PickleDict,
  prefix: string,
  depth: number,
  path: string,
  tensors: Map<string, TorchTensor>,
): void {
  if (depth > DEEPEST_MODULE) throw corrupt(path, `its modules are nested more than ${DEEPEST_MODULE} deep`)
  for (const [key, value] of dict.entries) {
    const name = `${prefix}${key}`
    if (hasKind(value, 'tensor')) {
      tensors.set(name, { type: TYPES[value.storage.type]!, shape: value.shape, described: value })
      if (tensors.size > MOST_TENSORS) throw corrupt(path, `it holds more than ${MOST_TENSORS} tensors`)
    } else if (hasKind(value, 'module') && value.attributes) {
      collect(value.attributes, `${name}.`, depth + 1, path, tensors)
    }
  }
}

async function checkTensor(
  zip: ZipDirectory,
  root: string,
  name: string,
  tensor: TorchTensor,
  path: string,
): Promise<void> {
  const { storage, offset } = tensor.described
  const { size } = await zip.member(`${root}data/${storage.key}`)
  const wanted = storage.length * NUMBER_BYTES[tensor.type]
  if (size < wanted) throw corrupt(path, `tensor "${name}" has ${size} bytes, its storage wants ${wanted}`)
  const end = offset + span(tensor.described)
  if (end > storage.length)
    throw corrupt(path, `tensor "${name}" ends ${end - storage.length} numbers after its storage`)
  // A stride of 0 or rows that overlap would let a few bytes claim any shape.
  if (elements(tensor.shape) > span(tensor.described)) throw corrupt(path, `tensor "${name}" repeats its numbers`)
}

/** Numbers from the first to the last of a tensor. */
function span({ shape, stride }: PickleTensor): number {
  if (shape.includes(0)) return 0
  return shape.reduce((last, size, axis) => last + (size - 1) * stride[axis]!, 0) + 1
}

/** Values in row order; they already are unless the tensor was saved as a transposed view or a part of another. */
function inOrder(
  values: Float32Array<ArrayBuffer>,
  shape: readonly number[],
  stride: readonly number[],
): Float32Array<ArrayBuffer> {
  let dense = 1
  const isDense = shape.every((_, i) => {
    const axis = shape.length - 1 - i
    const fits = shape[axis] === 1 || stride[axis] === dense
    dense *= shape[axis]!
    return fits
  })
  if (isDense) return values
  const ordered = new Float32Array(elements(shape))
  const index = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let i = 0; i < ordered.length; i++) {
    ordered[i] = values[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis]!
      if (++index[axis]! < shape[axis]!) break
      from -= stride[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return ordered
}
