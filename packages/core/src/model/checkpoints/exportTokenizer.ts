import { AnamnesisError } from '../../contracts/index.ts'
import { BytePairs } from '../tokenizers/bytePair.ts'
import { ClipTokenizer } from '../tokenizers/clipTokenizer.ts'
import type { Tokenizer } from '../tokenizers/tokenizer.ts'
import { WordPieceTokenizer } from '../tokenizers/wordPieceTokenizer.ts'
import type { ExportFiles } from './export.ts'

/** A tokenizer as the files that transformers reads it from. @param context most tokens of a text */
export function tokenizerFiles(tokenizer: Tokenizer, context: number): ExportFiles {
  if (tokenizer instanceof WordPieceTokenizer) return wordPieceFiles(tokenizer, context)
  const file = tokenizer.toFile()
  if (file.kind === 'wordPiece') throw new AnamnesisError('INTERNAL', 'A word-piece tokenizer of another class.')
  const pairs = tokenizer instanceof ClipTokenizer ? tokenizer : new BytePairs(file.merges ?? [], 'tokenizer')
  const vocabulary = [...pairs.vocabulary].sort(([, a], [, b]) => a - b)
  const token = (id: number) => vocabulary[id]![0]
  const special = {
    bos_token: token(tokenizer.startToken),
    eos_token: token(tokenizer.endToken),
    unk_token: token(tokenizer.endToken),
    pad_token: token(tokenizer.padToken),
  }
  return {
    'vocab.json': Object.fromEntries(vocabulary),
    'merges.txt': `#version: 0.2\n${pairs.merges.join('\n')}\n`,
    'special_tokens_map.json': special,
    'tokenizer_config.json': {
      tokenizer_class: 'CLIPTokenizer',
      model_max_length: context,
      do_lower_case: true,
      ...special,
    },
  }
}

function wordPieceFiles({ vocabulary, options }: WordPieceTokenizer, context: number): ExportFiles {
  const special = {
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    ...(vocabulary.includes('[MASK]') ? { mask_token: '[MASK]' } : {}),
  }
  return {
    'vocab.txt': `${vocabulary.join('\n')}\n`,
    'special_tokens_map.json': special,
    'tokenizer_config.json': {
      tokenizer_class: 'BertTokenizer',
      model_max_length: context,
      do_lower_case: options.lowerCase,
      strip_accents: options.stripAccents,
      tokenize_chinese_chars: options.splitChinese,
      ...special,
    },
  }
}
