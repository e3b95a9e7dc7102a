import { AnamnesisError } from '../../contracts/index.ts'
import { BytePairTokenizer } from './bytePairTokenizer.ts'
import { ClipTokenizer } from './clipTokenizer.ts'
import { type Tokenizer, type TokenizerFile, tokenizerFile } from './tokenizer.ts'
import { WordPieceTokenizer } from './wordPieceTokenizer.ts'

/** One entry for each kind: the tokenizer that a file describes. */
const kinds: {
  [K in TokenizerFile['kind']]: (file: Extract<TokenizerFile, { kind: K }>, source: string) => Tokenizer
} = {
  bytePair: ({ merges }, source) => new BytePairTokenizer(merges, source),
  clip: ({ merges }, source) => new ClipTokenizer(merges, source),
  wordPiece: ({ vocabulary, lowerCase, stripAccents, splitChinese, clean }, source) =>
    new WordPieceTokenizer(vocabulary, { lowerCase, stripAccents, splitChinese, clean }, source),
}

/**
 * The tokenizer of a model folder's tokenizer.json.
 * @param source what the value came from, for the message
 * @throws CORRUPT_WEIGHTS
 */
export function readTokenizer(raw: unknown, source: string): Tokenizer {
  const parsed = tokenizerFile.safeParse(withKind(raw))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new AnamnesisError(
      'CORRUPT_WEIGHTS',
      `${source} is no tokenizer: "${issue?.path.join('.')}" ${issue?.message}. Restore the file.`,
    )
  }
  return create(parsed.data, source)
}

function create<K extends TokenizerFile['kind']>(file: Extract<TokenizerFile, { kind: K }>, source: string): Tokenizer {
  return kinds[file.kind as K](file, source)
}

/** Files written before there were kinds say "format". */
function withKind(raw: unknown): unknown {
  if (typeof raw !== 'object' || raw === null || !('format' in raw) || raw.format !== 'byte-pair') return raw
  return { ...raw, kind: 'bytePair' }
}
