import { join } from 'node:path'
import { AnamnesisError, type ModelConfig } from '../../contracts/index.ts'
import { ClipTokenizer } from '../tokenizers/clipTokenizer.ts'
import type { Tokenizer } from '../tokenizers/tokenizer.ts'
import { readVocabularyFile } from '../tokenizers/vocabularyFile.ts'
import type { Located } from './files.ts'

/** Token ids of OpenAI's CLIP. */
const CLIP_VOCABULARY = 49_408

/** Whether a tokenizer is that of OpenAI's CLIP, which every library has. */
export function isShippedVocabulary(tokenizer: Tokenizer): boolean {
  const file = tokenizer.toFile()
  return file.kind === 'clip' && file.merges === null
}

/**
 * The tokenizer that belongs to a checkpoint: the file given by the user, those beside the weights, or for a CLIP text
 * tower of OpenAI's vocabulary the one that comes with the product.
 * @throws BAD_INPUT when none is known; CORRUPT_WEIGHTS when it has another vocabulary than the model
 */
export async function tokenizerOf(
  config: ModelConfig,
  located: Located,
  given: string | undefined,
): Promise<Tokenizer> {
  const source = given ?? located.folder
  const tokenizer = given ? await readVocabularyFile(given) : await besideWeights(config, located)
  if (!tokenizer) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `No tokenizer lies beside ${join(located.folder, located.weights)} (tokenizer.json, vocab.txt or merges.txt). ` +
        'Give the vocabulary of its text model with the tokenizer option.',
      { field: 'tokenizer' },
    )
  }
  const { text } = config
  if ((tokenizer.kind === 'wordPiece') !== (text.kind === 'bert')) {
    throw misfit(source, `is of kind ${tokenizer.kind}, the text tower is ${text.kind === 'bert' ? 'BERT' : "CLIP's"}`)
  }
  // Our own models may have room for more tokens than their texts gave; published ones have as many rows as tokens.
  if (tokenizer.kind === 'bytePair' ? tokenizer.size > text.vocabulary : tokenizer.size !== text.vocabulary) {
    throw misfit(source, `has ${tokenizer.size} tokens, the model ${text.vocabulary}`)
  }
  if (text.kind === 'bert' && tokenizer.padToken !== text.padToken) {
    throw misfit(source, `pads with token ${tokenizer.padToken}, the model hides token ${text.padToken}`)
  }
  return tokenizer
}

function misfit(source: string, how: string): AnamnesisError {
  return new AnamnesisError(
    'CORRUPT_WEIGHTS',
    `The tokenizer of ${source} ${how}: it belongs to another model. Give the one that the model was trained with.`,
    { field: 'tokenizer' },
  )
}

async function besideWeights(config: ModelConfig, { folder, tokenizer }: Located): Promise<Tokenizer | null> {
  const { text } = config
  if (text.kind === 'clip' && text.vocabulary === CLIP_VOCABULARY && !tokenizer.includes('tokenizer.json'))
    return new ClipTokenizer()
  // tokenizer.json says most; merges are checked against the vocabulary beside them.
  const wanted = ['tokenizer.json', text.kind === 'bert' ? 'vocab.txt' : 'merges.txt']
  const name = wanted.find((candidate) => tokenizer.includes(candidate))
  return name === undefined ? null : readVocabularyFile(join(folder, name))
}
