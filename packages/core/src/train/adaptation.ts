import { type NewEvent, Random } from '../contracts/index.ts'
import { type AdaptiveReference, hardNegativeShare, type Method } from '../methods/index.ts'
import { GuidanceMeter, type Measured, type MeterOptions } from './signals.ts'

/** Name of the step metric by which the closed loop is steered. */
const DRIFT = 'guidance.drift'

/** The adaptive profile at work in one task: measures, chooses pairs, turns the method's knobs, and tells of it. */
export class Adaptation {
  /** Share of each reference batch that comes from one domain; null: as it falls. */
  hardShare: number | null = null
  private drifts: number[] = []
  private readonly random: Random

  private constructor(
    private readonly meter: GuidanceMeter,
    private measured: Measured,
    private readonly adaptive: AdaptiveReference,
    seed: string,
  ) {
    this.random = new Random(seed)
  }

  /** Measures the task and chooses the pairs that it begins with. @param seed of all random choices */
  static async open(options: Omit<MeterOptions, 'random'> & { seed: string }): Promise<Adaptation> {
    const meter = await GuidanceMeter.open({ ...options, random: new Random(`${options.seed}/probes`) })
    const measured = await meter.measure(null)
    meter.begin()
    return new Adaptation(meter, measured, options.adaptive, `${options.seed}/redraw`)
  }

  /** Turns the knobs by the last measurement. @param at the task and the steps done over the whole run */
  turn(method: Method, at: { task: number; step: number }): NewEvent {
    const { signals, all } = this.measured
    const knobs = method.adapt?.(signals) ?? {}
    this.hardShare = hardNegativeShare(signals, this.adaptive)
    return { type: 'guidance.signals', payload: { ...at, signals: all, knobs } }
  }

  /** Takes note of a step's metrics. @returns true when it is time to measure again */
  after(step: number, values: Record<string, number>): boolean {
    const drift = values[DRIFT]
    if (drift !== undefined) this.drifts.push(drift)
    return step % this.adaptive.refreshSteps === 0
  }

  /** Measures again and draws a part of the pairs anew. */
  async refresh(): Promise<void> {
    const drift = this.drifts.length === 0 ? null : this.drifts.reduce((sum, one) => sum + one, 0) / this.drifts.length
    this.drifts = []
    this.measured = await this.meter.measure(drift)
    this.meter.redraw(this.random)
  }
}
