/** How a parameter starts: a normal deviation (mean 0), a uniform half width, or a constant. */
type Start = { normal: number } | { uniform: number } | { constant: number }

export interface ParameterSpec {
  shape: number[]
  start: Start
}

/** Collects the parameters of a model in file order. */
export class Specs {
  readonly all = new Map<string, ParameterSpec>()

  add(name: string, shape: number[], start: Start): void {
    this.all.set(name, { shape, start })
  }

  /** A layer norm: `<name>.weight` and `<name>.bias`. */
  norm(name: string, width: number): void {
    this.add(`${name}.weight`, [width], { constant: 1 })
    this.add(`${name}.bias`, [width], { constant: 0 })
  }

  /** A matrix [rows, columns] that starts normal, and its bias, which starts at 0. */
  linear(weight: string, bias: string, rows: number, columns: number, deviation: number): void {
    this.add(weight, [rows, columns], { normal: deviation })
    this.add(bias, [rows], { constant: 0 })
  }
}

/** Hidden width of the feed-forward layers. */
export const hiddenWidth = ({ width, mlpRatio }: { width: number; mlpRatio: number }) => Math.floor(width * mlpRatio)
