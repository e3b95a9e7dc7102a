/**
 * `npm run model -- import | export | list | verify`: weights in and out of this installation.
 * Models are folders below `<home>/models`.
 */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { BACKENDS, loadBackend } from '@anamnesis/core/backend'
import { AnamnesisError, slug, toAnamnesisError } from '@anamnesis/core/contracts'
import {
  EXPORT_LAYOUTS,
  exportCheckpoint,
  importCheckpoint,
  PARITY_TOLERANCE,
  readModelInfo,
  readParityStamp,
  verifyModel,
} from '@anamnesis/core/model'
import { fetchCheckpoint, parseHubName } from './model/hub.ts'
import { ProgressLine } from './model/progressLine.ts'
import { root } from './tools.ts'

const USAGE = `usage: npm run model -- import <source> [--id <id>] [options]
       npm run model -- export <id> --layout ${EXPORT_LAYOUTS.join('|')} --to <folder>
       npm run model -- list
       npm run model -- verify <id> [--against <folder>]

source of an import:
  hf:<org>/<name>[@<revision>]   repository of a model hub (HF_ENDPOINT, HF_TOKEN)
  <folder>                       checkpoint of open_clip, OpenAI CLIP or Hugging Face CLIP
  <file>                         its weights: .safetensors, .bin or .pt

options of import:
  --id <id>                 id of the model here (default: made from the source's name)
  --activation <name>       gelu or quickGelu, where neither config nor tensors tell it
  --tokenizer <file>        vocab.txt or tokenizer.json of the text model, where none lies beside the weights
  --architecture <file>     JSON of parts of a model config that win over what the checkpoint tells
  --image-size <pixels>     take images of another size; position embeddings are interpolated
  --sha256 <hex>            what the weights file must have
  --replace                 take the place of the model with this id
options of export:
  --text-model <name>       where open_clip finds the architecture of a BERT text tower
options of verify:
  --against <folder>        checkpoint that the reference loads (default: the model itself, exported)
for all: --home <folder>    folder of all state (default: ANAMNESIS_HOME or .anamnesis)
verify runs open_clip or transformers with ANAMNESIS_PYTHON (default python3).`

const HUB = 'https://huggingface.co'

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        id: { type: 'string' },
        activation: { type: 'string' },
        tokenizer: { type: 'string' },
        architecture: { type: 'string' },
        'image-size': { type: 'string' },
        sha256: { type: 'string' },
        replace: { type: 'boolean', default: false },
        layout: { type: 'string' },
        to: { type: 'string' },
        'text-model': { type: 'string' },
        against: { type: 'string' },
        home: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new AnamnesisError('BAD_INPUT', `${(error as Error).message}\n\n${USAGE}`, { cause: error })
  }
}

type Options = ReturnType<typeof readOptions>['values']

/** Paths are relative to where the command was typed, not to the project. */
const typed = (path: string) => resolve(process.env.INIT_CWD ?? '.', path)

async function importModel(source: string, options: Options, home: string): Promise<void> {
  const { activation } = options
  if (activation !== undefined && activation !== 'gelu' && activation !== 'quickGelu') {
    throw new AnamnesisError('BAD_INPUT', `--activation ${activation} is neither gelu nor quickGelu.`)
  }
  const imageSize = options['image-size'] === undefined ? undefined : Number(options['image-size'])
  if (imageSize !== undefined && !(Number.isInteger(imageSize) && imageSize > 0)) {
    throw new AnamnesisError('BAD_INPUT', `--image-size ${options['image-size']} is no number of pixels.`)
  }
  const id = options.id ?? defaultId(source)
  const progress = new ProgressLine()
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const found = source.startsWith('hf:') ? await download(source.slice(3), home, progress, stop.signal) : null
  progress.end()
  const model = await importCheckpoint({
    source: found?.folder ?? typed(source),
    id,
    targetRoot: join(home, 'models'),
    replace: options.replace,
    onProgress: (step) => {
      if (stop.signal.aborted) throw new AnamnesisError('STOPPED', 'Stopped. Nothing was imported.')
      progress.show(step.what === 'checking' ? 'bytes' : 'tensors', step)
    },
    ...(found ? { origin: found.origin } : {}),
    ...(activation ? { activation } : {}),
    ...(options.tokenizer ? { tokenizer: typed(options.tokenizer) } : {}),
    ...(options.architecture ? { architecture: await readObject(typed(options.architecture)) } : {}),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(options.sha256 ? { sha256: options.sha256 } : {}),
  })
  progress.end()
  if (found) await rm(found.folder, { recursive: true })
  if (model.ignored.length > 0) console.log(`left out, not needed: ${model.ignored.join(', ')}`)
  console.log(`imported ${model.encoderId} (${model.layout}) as ${model.folder}`)
}

async function download(text: string, home: string, progress: ProgressLine, signal: AbortSignal) {
  const repository = parseHubName(text)
  try {
    const { commit, folder } = await fetchCheckpoint(repository, join(home, 'downloads'), {
      endpoint: (process.env.HF_ENDPOINT || HUB).replace(/\/+$/, ''),
      token: process.env.HF_TOKEN || null,
      onProgress: (step) => progress.show('bytes', step),
      signal,
    })
    return { folder, origin: `hf:${repository.name}@${commit}` }
  } catch (error) {
    if (!signal.aborted) throw error
    throw new AnamnesisError('STOPPED', 'Stopped. The same command goes on where the download ended.', { cause: error })
  }
}

/** The source's own name as an id: "hf:org/BiomedCLIP-x" -> "biomedclip-x". */
function defaultId(source: string): string {
  const name = basename(source.replace(/^hf:/, '').replace(/@.*$/, '')).replace(/\.(safetensors|bin|pt|pth)$/, '')
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  if (slug.safeParse(id).success) return id
  throw new AnamnesisError('BAD_INPUT', `Give the model an id: --id <id>.`, { field: 'id' })
}

async function readObject(path: string): Promise<Record<string, unknown>> {
  const value: unknown = await readFile(path, 'utf8')
    .then(JSON.parse)
    .catch((cause: Error) => {
      throw new AnamnesisError('BAD_INPUT', `--architecture: ${cause.message}`, { cause })
    })
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new AnamnesisError('BAD_INPUT', `--architecture ${path} holds no JSON object.`)
}

/** @throws UNKNOWN_MODEL naming the models there are */
async function folderOf(id: string, home: string): Promise<string> {
  const folder = join(home, 'models', id)
  if (slug.safeParse(id).success && (await stat(folder).catch(() => null))?.isDirectory()) return folder
  const known = (await idsOf(home)).join(', ') || 'none yet'
  throw new AnamnesisError('UNKNOWN_MODEL', `There is no model "${id}". Known: ${known}.`, { field: 'id' })
}

async function idsOf(home: string): Promise<string[]> {
  const names = await readdir(join(home, 'models')).catch(() => [])
  return names.filter((name) => slug.safeParse(name).success).sort()
}

async function list(home: string): Promise<void> {
  const ids = await idsOf(home)
  if (ids.length === 0) console.log(`no models in ${join(home, 'models')} yet`)
  for (const id of ids) {
    const folder = join(home, 'models', id)
    const line = await readModelInfo(folder).then(
      async ({ config, digest, encoderId }) => {
        const { image, text, embedding } = config
        const stamp = await readParityStamp(folder, digest)
        return (
          `${encoderId.padEnd(36)} ${image.kind}/${text.kind}, ${image.size} px, ${text.context} tokens, ${embedding} numbers; ` +
          (stamp ? `${distance(stamp)} from ${stamp.reference} ${stamp.version}` : 'not verified')
        )
      },
      (error: unknown) => `${id.padEnd(36)} damaged: ${toAnamnesisError(error).message}`,
    )
    console.log(line)
  }
}

type Stamp = Awaited<ReturnType<typeof verifyModel>>
const distance = (stamp: Stamp) => Math.max(stamp.maxDifferenceImages, stamp.maxDifferenceTexts).toExponential(1)

async function verify(id: string, options: Options, home: string): Promise<void> {
  const folder = await folderOf(id, home)
  const backend = BACKENDS.find((name) => name === (process.env.ANAMNESIS_BACKEND || 'onnx'))
  if (!backend) throw new AnamnesisError('BAD_INPUT', `ANAMNESIS_BACKEND is none of ${BACKENDS.join(', ')}.`)
  await loadBackend({ id: backend })
  const stamp = await verifyModel({
    folder,
    python: process.env.ANAMNESIS_PYTHON || 'python3',
    ...(options.against ? { against: typed(options.against) } : {}),
  })
  const same = Math.max(stamp.maxDifferenceImages, stamp.maxDifferenceTexts) <= PARITY_TOLERANCE
  console.log(
    `${id} ${same ? 'equals' : 'DIFFERS FROM'} ${stamp.reference} ${stamp.version}: images ` +
      `${stamp.maxDifferenceImages.toExponential(1)}, texts ${stamp.maxDifferenceTexts.toExponential(1)} (at most ${PARITY_TOLERANCE})`,
  )
  if (!same) process.exitCode = 1
}

async function main(): Promise<void> {
  const { values, positionals } = readOptions()
  const [command, name, ...rest] = positionals
  if (values.help) {
    console.log(USAGE)
    return
  }
  const home = resolve(root, values.home ?? (process.env.ANAMNESIS_HOME || '.anamnesis'))
  if (command === 'list' && !name) return list(home)
  if (rest.length === 0 && name) {
    if (command === 'import') return importModel(name, values, home)
    if (command === 'verify') return verify(name, values, home)
    if (command === 'export' && values.layout && values.to) {
      const progress = new ProgressLine()
      const folder = await folderOf(name, home)
      const files = await exportCheckpoint({
        folder,
        layout: values.layout,
        target: typed(values.to),
        onProgress: (step) => progress.show('tensors', step),
        ...(values['text-model'] ? { textModel: values['text-model'] } : {}),
      })
      progress.end()
      console.log(`exported ${name} to ${typed(values.to)}: ${files.join(', ')}`)
      return
    }
  }
  throw new AnamnesisError('BAD_INPUT', `Say what to do.\n\n${USAGE}`)
}

try {
  await main()
} catch (error) {
  const { code, message } = toAnamnesisError(error)
  console.error(`\n${code}: ${message}`)
  process.exitCode = 1
}
