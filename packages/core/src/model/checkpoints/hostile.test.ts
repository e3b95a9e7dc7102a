import { cp, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SafetensorsReader, type TensorToStore, writeSafetensors } from '../safetensors.ts'
import { type ImportRequest, importCheckpoint } from './import.ts'
import { openTensors } from './open.ts'

const fixtures = join(import.meta.dirname, 'fixtures')

let root: string
let source: string
let models: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hostile-'))
  source = join(root, 'source')
  models = join(root, 'models')
  await cp(join(fixtures, 'open-clip'), source, { recursive: true })
})
afterEach(() => rm(root, { recursive: true, force: true }))

const weights = () => join(source, 'open_clip_model.safetensors')
const from = (file: string) => join(source, file)

/** The import is refused with one error and leaves nothing. */
async function refused(code: string, message: RegExp, request: Partial<ImportRequest> = {}): Promise<void> {
  await expect(importCheckpoint({ source, id: 'refused', targetRoot: models, ...request })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
  expect(await readdir(models).catch(() => [])).toEqual([])
}

/** Rewrites the weights; `change` gives another tensor, several or none. */
async function rewrite(change: (tensor: TensorToStore & { data: Float32Array }) => TensorToStore[]): Promise<void> {
  const tensors: TensorToStore[] = []
  {
    await using reader = await SafetensorsReader.open(weights())
    for (const [name, { shape }] of reader.tensors) {
      tensors.push(...change({ name, type: 'F32', shape, data: (await reader.read(name)) as Float32Array }))
    }
  }
  await writeSafetensors(weights(), tensors)
}

async function changeConfig(change: (model: Record<string, Record<string, unknown>>) => void): Promise<void> {
  const config = JSON.parse(await readFile(from('open_clip_config.json'), 'utf8'))
  change(config.model_cfg)
  await writeFile(from('open_clip_config.json'), JSON.stringify(config))
}

/** A safetensors file with any header. */
function rawSafetensors(header: string, data: number, claimed = header.length): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(claimed))
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(data)])
}

describe('an import of safetensors', () => {
  test.each([
    ['a truncated header', rawSafetensors('{"a":{"dtype":"F32"', 0, 400), /header claims 400 bytes/],
    ['a header of absurd length', rawSafetensors('{}', 0, 2 ** 50), /header claims/],
    [
      'overlapping tensors',
      rawSafetensors(
        '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
        12,
      ),
      /"b" overlaps "a"/,
    ],
    [
      'a tensor outside of the file',
      rawSafetensors('{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 8),
      /"a" ends 8 bytes after/,
    ],
    [
      'a pointer instead of the file',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
      /Git LFS/,
    ],
    ['the format of old PyTorch', Buffer.from([0x80, 2, 0x8a, 10, ...Array(30).fill(0)]), /before 1\.6/],
    ['nothing in it', Buffer.alloc(0), /only 0 bytes/],
  ])('is refused with %s', async (_, bytes, message) => {
    await writeFile(weights(), bytes)
    await refused('CORRUPT_WEIGHTS', message)
  })

  test('is refused with a weight that is no number, when half of it is written', async () => {
    await rewrite((tensor) => {
      if (tensor.name === 'ln_final.bias') tensor.data[3] = Number.NaN
      return [tensor]
    })
    await refused('CORRUPT_WEIGHTS', /"ln_final\.bias" holds NaN at position 3/)
  })

  test('is refused with integers as weights', async () => {
    await rewrite((tensor) => [
      tensor.name === 'visual.proj' ? { ...tensor, type: 'I32', data: Int32Array.from(tensor.data) } : tensor,
    ])
    await refused('CORRUPT_WEIGHTS', /"visual\.proj" is I32, not weights/)
  })

  test('names every missing, unexpected and misshapen tensor', async () => {
    await rewrite((tensor) => {
      if (tensor.name === 'ln_final.bias') return []
      if (tensor.name === 'visual.ln_pre.bias') return [{ ...tensor, name: 'visual.ln_before.bias' }]
      if (tensor.name === 'text_projection') return [{ ...tensor, shape: [16, 24] }]
      return [tensor]
    })
    await refused(
      'CORRUPT_WEIGHTS',
      /missing: visual\.ln_pre\.bias, ln_final\.bias; unexpected: visual\.ln_before\.bias; of another shape: text_projection is \[16,24\], should be \[24,16\]/,
    )
  })

  test('is refused with tensors of no known layout', async () => {
    await rewrite((tensor) => [{ ...tensor, name: `backbone.${tensor.name}` }])
    await refused('BAD_INPUT', /none of open_clip and OpenAI CLIP; Hugging Face CLIP/)
  })

  test('is refused with another SHA-256', async () => {
    await refused('CORRUPT_WEIGHTS', /has SHA-256 [0-9a-f]{64}, not 00ff/, { sha256: '00ff' })
  })

  test('is refused when the disk is full, and what was there before stays', async () => {
    const probe = await open(weights())
    const prototype = Object.getPrototypeOf(probe) as typeof probe
    await probe.close()
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    let writes = 0
    const original = prototype.write
    const spy = vi.spyOn(prototype, 'write').mockImplementation(function (this: typeof probe, ...args: unknown[]) {
      return ++writes > 20 ? Promise.reject(full) : Reflect.apply(original, this, args)
    } as typeof original)
    try {
      await refused('DISK_FULL', /disk is full/)
      expect(writes).toBeGreaterThan(20)
    } finally {
      spy.mockRestore()
    }
    const before = await importCheckpoint({ source, id: 'kept', targetRoot: models })
    await expect(importCheckpoint({ source, id: 'kept', targetRoot: models })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    await expect(
      importCheckpoint({ source, id: 'kept', targetRoot: models, replace: true, sha256: '00' }),
    ).rejects.toMatchObject({ code: 'CORRUPT_WEIGHTS' })
    expect(await readdir(models)).toEqual(['kept'])
    expect((await importCheckpoint({ source, id: 'kept', targetRoot: models, replace: true })).digest).toBe(
      before.digest,
    )
  })

  test('is refused with an id that is a path', async () => {
    await refused('BAD_INPUT', /cannot be an id/, { id: '../elsewhere' })
  })
})

describe('an architecture', () => {
  test.each([
    [
      'an image size that the patch does not divide',
      'image_size',
      20,
      'BAD_INPUT',
      /image\.size \(20\) must be a multiple/,
    ],
    [
      'another image size than its positions',
      'image_size',
      32,
      'CORRUPT_WEIGHTS',
      /visual\.positional_embedding is \[5,24\], should be \[17,24\]/,
    ],
    [
      'an average over tokens',
      'pool_type',
      'avg',
      'BAD_INPUT',
      /"vision_cfg\.pool_type": "avg", which the engine does not have/,
    ],
    ['a ResNet', 'layers', [3, 4, 6, 3], 'BAD_INPUT', /ResNet/],
  ])('is refused with %s', async (_, field, value, code, message) => {
    await changeConfig(({ vision_cfg }) => {
      vision_cfg![field] = value
    })
    await refused(code, message)
  })

  test('is refused with heads that do not divide the width', async () => {
    await changeConfig(({ text_cfg }) => {
      text_cfg!.heads = 5
    })
    await refused('BAD_INPUT', /text\.width \(24\) must be a multiple of text\.heads \(5\)/)
  })

  test('is refused when its config is not JSON', async () => {
    await writeFile(from('open_clip_config.json'), '{"model_cfg":')
    await refused('CORRUPT_WEIGHTS', /open_clip_config\.json is not JSON/)
  })

  test('must say its activation where only tensors are given', async () => {
    const alone = join(root, 'alone.safetensors')
    await writeFile(alone, await readFile(weights()))
    await refused('BAD_INPUT', /do not tell its activation/, { source: alone })
  })

  test('is refused with the vocabulary of another model', async () => {
    await writeFile(from('merges.txt'), '#version: 0.2\nl u\nlu n\n')
    await writeFile(from('vocab.json'), await readFile(from('vocab.json')))
    await refused('CORRUPT_WEIGHTS', /merges\.txt is no vocabulary of a CLIP model/)
    await rm(from('vocab.json'))
    await refused('CORRUPT_WEIGHTS', /has 516 tokens, the model 520: it belongs to another model/)
    await refused('CORRUPT_WEIGHTS', /kind wordPiece, the text tower is CLIP's/, {
      tokenizer: join(fixtures, 'biomedclip', 'vocab.txt'),
    })
  })

  test('needs a tokenizer', async () => {
    await rm(from('merges.txt'))
    await refused('BAD_INPUT', /No tokenizer lies beside/)
  })
})

/** One entry of a zip archive that holds its bytes as they are. */
interface Entry {
  name: string
  data: Buffer
  /** What the directory claims instead. */
  method?: number
  size?: number
  header?: number
  /** Sizes and position stand in 64-bit fields, as in archives of 4 GB and more. */
  wide?: boolean
}

function zip(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let position = 0
  for (const { name, data, method = 0, size = data.length, header = position, wide = false } of entries) {
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    files.push(local, Buffer.from(name), data)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(method, 10)
    entry.writeUInt32LE(data.length, 20)
    entry.writeUInt32LE(size, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(header, 42)
    const extra = Buffer.alloc(wide ? 28 : 0)
    if (wide) {
      for (const field of [20, 24, 42]) entry.writeUInt32LE(0xffffffff, field)
      entry.writeUInt16LE(extra.length, 30)
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(24, 2)
      for (const [i, value] of [size, data.length, header].entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i)
    }
    directory.push(entry, Buffer.from(name), extra)
    position += 30 + name.length + data.length
  }
  const table = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(table.length, 12)
  end.writeUInt32LE(position, 16)
  return Buffer.concat([...files, table, end])
}

const PROTOCOL = Buffer.from([0x80, 2])
const text = (value: string) => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([Buffer.from('X'), length, bytes])
}
const op = (value: string) => Buffer.from(value, 'latin1')
const number = (value: number) => {
  const bytes = Buffer.alloc(5)
  bytes[0] = 0x4a // BININT
  bytes.writeInt32LE(value, 1)
  return bytes
}
const pickle = (...parts: Buffer[]) => Buffer.concat([PROTOCOL, ...parts, op('.')])

/** {"w": tensor of this storage} as torch.save writes it. */
function tensorPickle(offset: number, shape: readonly number[], stride: readonly number[], length: number): Buffer {
  const tuple = (values: readonly number[]) => [op('('), ...values.map(number), op('t')]
  return pickle(
    op('}'),
    text('w'),
    op('ctorch._utils\n_rebuild_tensor_v2\n'),
    op('(('),
    text('storage'),
    op('ctorch\nFloatStorage\n'),
    text('0'),
    text('cpu'),
    number(length),
    op('tQ'),
    number(offset),
    ...tuple(shape),
    ...tuple(stride),
    Buffer.from([0x89]),
    op('}tRs'),
  )
}

const archive = (data: Buffer, more: readonly Entry[] = []) => zip([{ name: 'a/data.pkl', data }, ...more])
const storage = (bytes: number): Entry => ({ name: 'a/data/0', data: Buffer.alloc(bytes) })

describe("an import of PyTorch's archive", () => {
  beforeEach(async () => {
    source = join(root, 'weights.bin')
  })

  test.each([
    [
      'code that it would run',
      archive(pickle(op('cos\nsystem\n'), text('touch /tmp/owned'), Buffer.from([0x85]), op('R'))),
      /names os\.system, which is no part of a state dict and could run code/,
    ],
    [
      'code behind a harmless name',
      archive(pickle(op('cbuiltins\neval\n'), text('1'), Buffer.from([0x85]), op('R'))),
      /names builtins\.eval/,
    ],
    [
      'a function named by texts',
      archive(Buffer.concat([Buffer.from([0x80, 4]), text('posix'), text('system'), Buffer.from([0x93]), op('.')])),
      /names posix\.system/,
    ],
    ['an unknown instruction', archive(pickle(Buffer.from([0xff]))), /instruction 0xff \(unknown\) at byte 2/],
    ['an instruction that makes objects', archive(pickle(op('(ios\nsystem\n'))), /instruction 0x69 \(INST\)/],
    [
      'an object of a class that is not allowed',
      archive(pickle(op('ccollections\nOrderedDict\n)'), Buffer.from([0x81]))),
      /makes an object of collections\.OrderedDict/,
    ],
    ['an end in the middle', archive(Buffer.concat([PROTOCOL, op('X'), Buffer.from([200, 0, 0, 0])])), /truncated/],
    ['a value from nowhere', archive(pickle(op('h\x07'))), /recalls value 7/],
    ['an empty stack', archive(pickle(op('R'))), /takes a value that is not there/],
    ['no dict', archive(pickle(op(']'))), /no dict of tensors/],
    ['no tensors', archive(pickle(op('}'))), /holds no tensors/],
    ['a storage that is missing', archive(tensorPickle(0, [2], [1], 2)), /entry "a\/data\/0" is missing/],
    [
      'a storage that is too short',
      archive(tensorPickle(0, [2], [1], 4), [storage(8)]),
      /"w" has 8 bytes, its storage wants 16/,
    ],
    ['a tensor beyond its storage', archive(tensorPickle(3, [2], [1], 4), [storage(16)]), /ends 1 numbers after/],
    [
      'a tensor that repeats its numbers',
      archive(tensorPickle(0, [9999, 9999], [0, 0], 1), [storage(4)]),
      /repeats its numbers/,
    ],
    [
      'an entry outside of it',
      archive(tensorPickle(0, [1], [1], 1), [{ name: 'a/../../evil', data: Buffer.alloc(4) }]),
      /"a\/\.\.\/\.\.\/evil" leads outside/,
    ],
    [
      'an absolute entry',
      archive(tensorPickle(0, [1], [1], 1), [{ name: '/etc/passwd', data: Buffer.alloc(4) }]),
      /leads outside/,
    ],
    [
      'an entry twice',
      archive(tensorPickle(0, [1], [1], 1), [storage(4), storage(4)]),
      /two entries named "a\/data\/0"/,
    ],
    ['a compressed entry', archive(tensorPickle(0, [1], [1], 1), [{ ...storage(4), method: 8 }]), /is compressed/],
    ['an entry that grows', archive(tensorPickle(0, [1], [1], 1), [{ ...storage(4), size: 2 ** 31 }]), /is compressed/],
    ['entries that share bytes', archive(tensorPickle(0, [1], [1], 1), [{ ...storage(4), header: 0 }]), /overlap/],
    ['two pickles', archive(pickle(op('}')), [{ name: 'b/data.pkl', data: pickle(op('}')) }]), /2 data\.pkl/],
    [
      'foreign byte order',
      archive(pickle(op('}')), [{ name: 'a/byteorder', data: Buffer.from('big') }]),
      /byte order is "big"/,
    ],
    ['no directory', archive(pickle(op('}'))).subarray(0, 60), /directory is missing, so it is truncated/],
  ])('is refused with %s', async (_, bytes, message) => {
    await writeFile(source, bytes)
    await refused('CORRUPT_WEIGHTS', message)
  })

  test('is read with 64-bit fields', async () => {
    const data = Buffer.from(Float32Array.of(1.5, -2).buffer)
    const bytes = archive(tensorPickle(0, [2], [1], 2), [{ name: 'a/data/0', data, wide: true }])
    await writeFile(source, bytes)
    await using tensors = await openTensors(source)
    expect(await tensors.read('w')).toEqual(Float32Array.of(1.5, -2))
  })

  test('survives any single changed byte and any cut', async () => {
    const whole = await readFile(join(fixtures, 'training-state', 'epoch_3.pt'))
    const outcomes = new Set<string>()
    for (let i = 0; i < 25; i++) {
      const position = Math.floor((whole.length * i) / 25)
      const changed = Buffer.from(whole)
      changed[position]! ^= 0xff
      for (const bytes of [changed, whole.subarray(0, position)]) {
        await writeFile(source, bytes)
        const error = await importCheckpoint({
          source,
          id: `m${i}`,
          targetRoot: models,
          replace: true,
          activation: 'quickGelu',
          architecture: { image: { heads: 3 }, text: { heads: 3 } },
          tokenizer: join(fixtures, 'open-clip', 'merges.txt'),
        }).then(
          () => 'imported',
          (reason: { code?: string }) => String(reason.code),
        )
        outcomes.add(error)
      }
    }
    // A changed weight is still a weight, a changed name makes another layout; everything else is named as damage.
    expect([...outcomes].sort()).toEqual(['BAD_INPUT', 'CORRUPT_WEIGHTS', 'imported'])
  })
})

describe('a checkpoint in parts', () => {
  const index = () => from('model.safetensors.index.json')
  beforeEach(async () => {
    await rm(source, { recursive: true })
    await cp(join(fixtures, 'huggingface'), source, { recursive: true })
  })

  test('is refused when a part is missing or lies elsewhere', async () => {
    await rm(from('model-00002-of-00002.safetensors'))
    await refused('MISSING_DATA', /model-00002-of-00002\.safetensors/)
    const text = await readFile(index(), 'utf8')
    await writeFile(index(), text.replaceAll('model-00002-of-00002', '../model-00002-of-00002'))
    await refused('CORRUPT_WEIGHTS', /no "weight_map" from tensors to files beside it/)
  })

  test('is refused when its index names a tensor that its part lacks', async () => {
    const text = await readFile(index(), 'utf8')
    await writeFile(index(), text.replace('"logit_scale"', '"logit_bias"'))
    await refused('CORRUPT_WEIGHTS', /"logit_bias" is missing in/)
  })
})
