import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { AnamnesisError } from '../../contracts/index.ts'
import { ClipTokenizer } from './clipTokenizer.ts'
import { readTokenizer } from './readTokenizer.ts'
import type { Tokenizer } from './tokenizer.ts'
import { uncased, type WordPieceOptions, WordPieceTokenizer } from './wordPieceTokenizer.ts'

/** Largest vocabulary file that is read. */
const LARGEST_FILE = 64 * 2 ** 20 // bytes
/** In the first line of a file of merges. */
const HEADER = '#version:'
/** In the first line of OpenAI's file. It holds more merges than are used. */
const OPENAI = 'bpe_simple_vocab_16e6'
const OPENAI_MERGES = 49_152 - 256 - 2
const WAY_OUT = 'Give the vocab.txt, tokenizer.json or merges.txt of the text model.'

const vocabulary = z.record(z.string(), z.number().int().min(0))
const bertOptions = z.object({
  lowercase: z.boolean(),
  strip_accents: z.boolean().nullable(),
  handle_chinese_chars: z.boolean(),
  clean_text: z.literal(true),
})
const wordPieceFile = z.object({
  model: z.object({
    type: z.literal('WordPiece').optional(),
    vocab: vocabulary,
    continuing_subword_prefix: z.literal('##'),
    max_input_chars_per_word: z.literal(100),
  }),
  normalizer: bertOptions.extend({ type: z.literal('BertNormalizer') }),
})
const clipFile = z.object({
  model: z.object({
    type: z.literal('BPE').optional(),
    end_of_word_suffix: z.literal('</w>'),
    vocab: vocabulary,
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
})
const tokenizerConfig = z.object({
  do_lower_case: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().default(true),
})

/**
 * A tokenizer from a vocabulary file as models come with:
 * - `vocab.txt`: words of a BERT model, one a line (with the options of a tokenizer_config.json beside it)
 * - `tokenizer.json` of Hugging Face (CLIP or BERT) or of a model folder of this product
 * - `merges.txt` of CLIP, checked against a vocab.json beside it
 * - `bpe_simple_vocab_16e6.txt.gz` of OpenAI
 * @throws MISSING_DATA, TOO_LARGE, CORRUPT_WEIGHTS
 */
export async function readVocabularyFile(path: string): Promise<Tokenizer> {
  const text = await readText(path)
  if (text.trim() === '') throw broken(path, 'is empty')
  if (path.endsWith('.json')) return fromJson(parse(text, path), path)
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/)
  if (isMerges(lines)) return fromMerges(lines, path)
  const beside = await optional(join(dirname(path), 'tokenizer_config.json'))
  return new WordPieceTokenizer(lines, optionsOf(beside, path), path)
}

function fromJson(raw: unknown, path: string): Tokenizer {
  const model = (raw as { model?: { type?: unknown; vocab?: unknown; merges?: unknown } } | null)?.model
  if (model === undefined) return readTokenizer(raw, path)
  if (model.type === 'BPE' || model.merges !== undefined) {
    const { merges, vocab } = checked(clipFile, raw, path).model
    const tokenizer = new ClipTokenizer(
      merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' '))),
      path,
    )
    checkIds(tokenizer, vocab, path)
    return tokenizer
  }
  const file = checked(wordPieceFile, raw, path)
  const { lowercase, strip_accents, handle_chinese_chars } = file.normalizer
  return new WordPieceTokenizer(
    byId(file.model.vocab, path),
    {
      ...uncased,
      lowerCase: lowercase,
      stripAccents: strip_accents ?? lowercase,
      splitChinese: handle_chinese_chars,
    },
    path,
  )
}

async function fromMerges(lines: readonly string[], path: string): Promise<Tokenizer> {
  const merges = lines[0]!.includes(HEADER) ? lines.slice(1) : lines
  const tokenizer = new ClipTokenizer(lines[0]!.includes(OPENAI) ? merges.slice(0, OPENAI_MERGES) : merges, path)
  const vocab = await optional(join(dirname(path), 'vocab.json'))
  if (vocab) checkIds(tokenizer, checked(vocabulary, parse(vocab, path), join(dirname(path), 'vocab.json')), path)
  return tokenizer
}

/** Merges are pairs; the words of a BERT model hold no space. */
function isMerges(lines: readonly string[]): boolean {
  return lines[0]!.includes(HEADER) || /^\S+ \S+$/.test(lines[lines.length - 1]!)
}

function optionsOf(config: string | null, path: string): WordPieceOptions {
  if (config === null) return uncased
  const source = join(dirname(path), 'tokenizer_config.json')
  const { do_lower_case, strip_accents, tokenize_chinese_chars } = checked(
    tokenizerConfig,
    parse(config, source),
    source,
  )
  return {
    ...uncased,
    lowerCase: do_lower_case,
    stripAccents: strip_accents ?? do_lower_case,
    splitChinese: tokenize_chinese_chars,
  }
}

/** The ids that a vocabulary gives must be those that follow from the merges. */
function checkIds(tokenizer: ClipTokenizer, vocab: Readonly<Record<string, number>>, path: string): void {
  for (const [token, id] of tokenizer.vocabulary) {
    if (vocab[token] === id) continue
    const found = vocab[token] === undefined ? 'is missing from' : `has id ${vocab[token]} instead of ${id} in`
    throw broken(path, `is no vocabulary of a CLIP model: "${token}" ${found} its vocabulary`)
  }
}

function byId(vocab: Readonly<Record<string, number>>, path: string): string[] {
  const words = new Array<string>(Object.keys(vocab).length)
  for (const [word, id] of Object.entries(vocab)) words[id] = word
  for (let id = 0; id < words.length; id++) {
    if (words[id] === undefined) throw broken(path, `has no word with id ${id}`)
  }
  return words
}

function checked<T>(schema: z.ZodType<T>, raw: unknown, path: string): T {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw broken(path, `describes no CLIP or BERT tokenizer: "${issue?.path.join('.')}" ${issue?.message}`)
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw broken(path, 'is not JSON', cause)
  }
}

async function optional(path: string): Promise<string | null> {
  try {
    return await readText(path)
  } catch (error) {
    if (error instanceof AnamnesisError && error.code === 'MISSING_DATA') return null
    throw error
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > LARGEST_FILE) {
      throw new AnamnesisError('TOO_LARGE', `${path} has ${size} bytes, far too many for a vocabulary. ${WAY_OUT}`)
    }
    const bytes = await readFile(path)
    return (path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: LARGEST_FILE }) : bytes).toString()
  } catch (cause) {
    if (cause instanceof AnamnesisError) throw cause
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new AnamnesisError('MISSING_DATA', `There is no ${basename(path)} in ${dirname(path)}. ${WAY_OUT}`, {
        cause,
      })
    }
    throw broken(path, `cannot be read (${(cause as Error).message})`, cause)
  }
}

function broken(path: string, how: string, cause?: unknown): AnamnesisError {
  return new AnamnesisError('CORRUPT_WEIGHTS', `${path} ${how}. ${WAY_OUT}`, { cause })
}
