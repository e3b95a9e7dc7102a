/**
 * The rows down to the `distinct`-th distinct score of a stream, at most `limit`. Rows are numbered within a block
 * while it is read, and get their ids at its end: ids of rows that fall out again are never made.
 */
export class BestScores {
  /** Rows below this score cannot be among the best any more. */
  floor = Number.NEGATIVE_INFINITY
  private scores: number[] = []
  /** Id, or row of the block under way. */
  private rows: (string | number)[] = []
  private unnamed = 0
  private nextCut: number

  constructor(
    private readonly distinct: number,
    private readonly limit: number,
  ) {
    this.nextCut = 2 * distinct + 16
  }

  /** @returns true when the floor may have risen */
  add(score: number, row: number): boolean {
    if (score < this.floor) return false
    this.scores.push(score)
    this.rows.push(row)
    this.unnamed++
    if (this.scores.length < this.nextCut) return false
    this.cut()
    return true
  }

  /** At the end of a block: what is left of it is named. */
  name(id: (row: number) => string): void {
    if (this.unnamed === 0) return
    for (const [i, row] of this.rows.entries()) if (typeof row === 'number') this.rows[i] = id(row)
    this.unnamed = 0
    if (this.scores.length > 2 * this.limit) this.drop(this.sorted())
  }

  /** Best first, ties by id; only after the last block was named. */
  sorted(): { id: string; score: number }[] {
    this.cut()
    return this.scores
      .map((score, i) => ({ id: String(this.rows[i]), score }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, this.limit)
  }

  /** Raises the floor to the last distinct score that counts, and drops what lies below. */
  private cut(): void {
    const sorted = Float64Array.from(this.scores).sort()
    let seen = 1
    let i = sorted.length - 1
    for (; i > 0 && seen <= this.distinct; i--) if (sorted[i - 1] !== sorted[i]) seen++
    if (seen > this.distinct) this.floor = sorted[i + 1]!
    const { floor, scores, rows } = this
    let kept = 0
    for (let j = 0; j < scores.length; j++) {
      if (scores[j]! < floor) continue
      scores[kept] = scores[j]!
      rows[kept++] = rows[j]!
    }
    scores.length = kept
    rows.length = kept
    this.nextCut = kept + this.distinct + 16
  }

  private drop(best: readonly { id: string; score: number }[]): void {
    this.scores = best.map(({ score }) => score)
    this.rows = best.map(({ id }) => id)
  }
}
