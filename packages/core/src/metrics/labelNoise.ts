import { REVIEW_VERDICTS, type Review, type ReviewVerdict } from '../contracts/index.ts'
import { wilsonInterval } from './wilson.ts'

/** How many retrieved pairs were found wrong. */
export interface LabelNoise {
  /** Items with a verdict. */
  reviewed: number
  /** Share of items that are not accepted; null before any review. */
  rate: number | null
  /** 95 % Wilson interval of the rate; null before any review. */
  interval: [number, number] | null
  /** Items by verdict. */
  verdicts: Record<ReviewVerdict, number>
  /** Items on which reviewers disagree: each counts with the verdict of most, the stricter one on a tie. */
  disputed: number
}

/** The label-noise rate by blinded reviews: the latest verdict of each reviewer, the majority of reviewers per item. */
export function labelNoise(reviews: readonly Review[]): LabelNoise {
  const latest = new Map<string, Map<string, Review>>()
  for (const review of reviews) {
    const item = latest.get(review.key) ?? new Map<string, Review>()
    const known = item.get(review.reviewer)
    if (!known || known.at <= review.at) item.set(review.reviewer, review)
    latest.set(review.key, item)
  }
  const verdicts: LabelNoise['verdicts'] = { accept: 0, 'wrong domain': 0, 'wrong finding': 0 }
  let disputed = 0
  for (const item of latest.values()) {
    const said = [...item.values()].map(({ verdict }) => verdict)
    if (new Set(said).size > 1) disputed++
    verdicts[majority(said)]++
  }
  const reviewed = latest.size
  const wrong = reviewed - verdicts.accept
  const known = reviewed > 0
  return {
    reviewed,
    rate: known ? wrong / reviewed : null,
    interval: known ? wilsonInterval(wrong, reviewed) : null,
    verdicts,
    disputed,
  }
}

/** The most frequent verdict; on a tie a wrong one before an accepting one, the wrong domain first. */
function majority(said: readonly ReviewVerdict[]): ReviewVerdict {
  const strictness: readonly ReviewVerdict[] = [...REVIEW_VERDICTS.slice(1), 'accept']
  const count = (verdict: ReviewVerdict) => said.filter((one) => one === verdict).length
  return strictness.toSorted((a, b) => count(b) - count(a))[0]!
}
