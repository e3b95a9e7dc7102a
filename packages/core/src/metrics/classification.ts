import { wilsonInterval } from './wilson.ts'

/** Everything that one evaluation of one task says. Fractions in [0, 1]; null where it is undefined. */
export interface CellScores {
  n: number
  correct: number
  accuracy: number
  balancedAccuracy: number | null
  auc: number | null
  interval: [number, number]
  confusion: number[][]
}

/**
 * Scores of a classifier on one task.
 * @param logits [labels.length * classes], row by row
 * @param labels true class indices; at least one
 */
export function classificationScores(logits: Float32Array, labels: ArrayLike<number>, classes: number): CellScores {
  const n = labels.length
  if (n === 0) throw new RangeError('Scores of no samples are undefined.')
  if (logits.length !== n * classes) throw new RangeError(`Expected ${n * classes} logits, got ${logits.length}.`)
  const confusion = confusionMatrix(logits, labels, classes)
  let correct = 0
  for (let c = 0; c < classes; c++) correct += confusion[c]![c]!
  return {
    n,
    correct,
    accuracy: correct / n,
    balancedAccuracy: balancedAccuracy(confusion),
    auc: macroAuc(logits, labels, classes),
    interval: wilsonInterval(correct, n),
    confusion,
  }
}

/** confusion[true][predicted], counts. The predicted class is the first of the largest logits. */
function confusionMatrix(logits: Float32Array, labels: ArrayLike<number>, classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let i = 0; i < labels.length; i++) {
    let predicted = 0
    for (let c = 1; c < classes; c++) {
      if (logits[i * classes + c]! > logits[i * classes + predicted]!) predicted = c
    }
    confusion[labels[i]!]![predicted]!++
  }
  return confusion
}

/** Mean recall over the classes that occur; null when none does. */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): number | null {
  let sum = 0
  let present = 0
  confusion.forEach((row, c) => {
    const total = row.reduce((a, b) => a + b, 0)
    if (total === 0) return
    sum += row[c]! / total
    present++
  })
  return present === 0 ? null : sum / present
}

/**
 * Macro one-vs-rest area under the ROC curve over the class probabilities (softmax of the logits), averaged over the
 * classes that have both positives and negatives; ties count one half (Mann-Whitney). Null when no class has both.
 */
export function macroAuc(logits: Float32Array, labels: ArrayLike<number>, classes: number): number | null {
  const n = labels.length
  const probabilities = new Float64Array(n * classes)
  for (let i = 0; i < n; i++) {
    let largest = Number.NEGATIVE_INFINITY
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[i * classes + c]!)
    let sum = 0
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[i * classes + c]! - largest)
    for (let c = 0; c < classes; c++) {
      probabilities[i * classes + c] = Math.exp(logits[i * classes + c]! - largest) / sum
    }
  }
  let total = 0
  let defined = 0
  const scores = new Float64Array(n)
  const positive = new Uint8Array(n)
  for (let c = 0; c < classes; c++) {
    for (let i = 0; i < n; i++) {
      scores[i] = probabilities[i * classes + c]!
      positive[i] = labels[i] === c ? 1 : 0
    }
    const area = binaryAuc(scores, positive)
    if (area === null) continue
    total += area
    defined++
  }
  return defined === 0 ? null : total / defined
}

/** Area under the ROC curve: P(score of a positive > score of a negative) + half the ties; null without both kinds. */
export function binaryAuc(scores: ArrayLike<number>, positive: ArrayLike<number | boolean>): number | null {
  const n = scores.length
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let positives = 0
  let rankSum = 0
  for (let start = 0; start < n; ) {
    let end = start
    while (end < n && scores[order[end]!] === scores[order[start]!]) end++
    const rank = (start + 1 + end) / 2
    for (let i = start; i < end; i++) {
      if (!positive[order[i]!]) continue
      positives++
      rankSum += rank
    }
    start = end
  }
  const negatives = n - positives
  if (positives === 0 || negatives === 0) return null
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}
