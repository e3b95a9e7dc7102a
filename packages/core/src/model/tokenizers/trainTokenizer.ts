import { AnamnesisError } from '../../contracts/index.ts'
import { SMALLEST_VOCABULARY, symbols } from './bytePair.ts'
import { BytePairTokenizer, pieces } from './bytePairTokenizer.ts'

/** A pair seen this rarely is not worth a token. */
const RAREST_PAIR = 2

interface Word {
  list: string[]
  count: number
}

/**
 * Learns merges by frequency (Sennrich 2016): the most frequent adjacent pair becomes a token, again and again.
 * Ties go to the alphabetically first pair, so equal texts in any order give an equal tokenizer.
 * @param size largest number of token ids; fewer are made when the texts hold too few frequent pairs
 * @throws BAD_INPUT when `size` has no room for all bytes
 */
export function trainTokenizer(texts: Iterable<string>, size: number): BytePairTokenizer {
  if (size < SMALLEST_VOCABULARY) {
    throw new AnamnesisError(
      'BAD_INPUT',
      `A vocabulary of ${size} is too small: it needs at least ${SMALLEST_VOCABULARY}.`,
    )
  }
  const words = countWords(texts)
  const counts = new Map<string, number>()
  /** Words that hold, or once held, the pair. */
  const holders = new Map<string, Set<Word>>()
  const count = (word: Word, sign: 1 | -1) => {
    for (let i = 0; i + 1 < word.list.length; i++) {
      const pair = `${word.list[i]} ${word.list[i + 1]}`
      const total = (counts.get(pair) ?? 0) + sign * word.count
      if (total > 0) counts.set(pair, total)
      else {
        counts.delete(pair)
        holders.delete(pair)
      }
      if (sign > 0) {
        const set = holders.get(pair)
        if (set) set.add(word)
        else holders.set(pair, new Set([word]))
      }
    }
  }
  for (const word of words) count(word, 1)

  const merges: string[] = []
  while (merges.length < size - SMALLEST_VOCABULARY) {
    const pair = mostFrequent(counts)
    if (pair === null) break
    merges.push(pair)
    const [left, right] = pair.split(' ') as [string, string]
    for (const word of [...holders.get(pair)!]) {
      count(word, -1)
      word.list = mergePair(word.list, left, right)
      count(word, 1)
    }
  }
  return new BytePairTokenizer(merges)
}

function countWords(texts: Iterable<string>): Word[] {
  const frequency = new Map<string, number>()
  for (const text of texts) {
    for (const piece of pieces(text)) frequency.set(piece, (frequency.get(piece) ?? 0) + 1)
  }
  return [...frequency].map(([piece, count]) => ({ list: symbols(piece), count }))
}

function mostFrequent(counts: ReadonlyMap<string, number>): string | null {
  let best: string | null = null
  let bestCount = RAREST_PAIR - 1
  for (const [pair, total] of counts) {
    if (total > bestCount || (total === bestCount && best !== null && pair < best)) {
      best = pair
      bestCount = total
    }
  }
  return best
}

/** Joins every occurrence of the pair (left, right), from left to right. */
function mergePair(list: readonly string[], left: string, right: string): string[] {
  const merged: string[] = []
  for (let i = 0; i < list.length; i++) {
    if (list[i] === left && list[i + 1] === right) {
      merged.push(left + right)
      i++
    } else merged.push(list[i]!)
  }
  return merged
}
