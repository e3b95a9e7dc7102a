import { type Scalar, stepScalar } from '../backend/index.ts'
import type { AdaptiveReference, GuidanceSignals } from './guidanceSignals.ts'
import { hardNegativeShare } from './guidanceSignals.ts'
import type { PrimedParameters } from './primedParameters.ts'

/** Drift at which alpha stays as it is. */
const WANTED_DRIFT = 0.02
/** Trust below which rows that the teacher gets wrong are left out. */
export const SCREENED_BELOW = 0.7

/** What the loop measures and adapts for PRIMED; null where the profile is `paper` or everything is switched off. */
export function adaptiveReference(given: Partial<PrimedParameters>): AdaptiveReference | null {
  if (given.profile !== 'adaptive') return null
  const p = given as PrimedParameters
  const switches = Object.entries(p).filter(([name]) => name.startsWith('adapt') || name.endsWith('Signal'))
  if (switches.every(([, on]) => on === false)) return null
  return {
    refreshSteps: p.refreshSteps,
    signals: {
      gap: p.gapSignal,
      detail: p.detailSignal,
      confusion: p.confusionSignal,
      risk: p.riskSignal,
      trust: p.trustSignal,
    },
    trustFloor: p.trustFloor,
    budgets: p.adaptBudgets,
    redraw: p.adaptRedraw,
    negatives: p.adaptNegatives,
  }
}

/**
 * The weights of PRIMED's losses, turned by what was measured (profile `adaptive`). A knob that is off, or whose
 * signal is not known, stays where the published method has it:
 *
 *     l_feat = 0.5 g        l_rel = d        T = T0 (1 - d / 2)
 *     gamma  = 0.5 + 0.5 g  lambda = lambda0 (0.5 + g)
 *     alpha  <- alpha0 clip( alpha / alpha0 (1 + 0.5 (drift / 0.02 - 1)), 0.5, 2 )
 */
export class PrimedKnobs {
  private readonly values: { alpha: number; temperature: number; lambda: number }
  private featureWeight = 0
  private relationWeight = 0
  private gamma = 1
  private pace = 1
  private readonly reference: AdaptiveReference | null

  constructor(private readonly given: PrimedParameters) {
    this.reference = adaptiveReference(given)
    const { alpha, temperature, lambda } = given
    this.values = { alpha, temperature, lambda }
  }

  /** The profile, with its switches, is at work. */
  get adaptive(): boolean {
    return this.reference !== null
  }

  /** Back to the published values, before a task. */
  begin(): void {
    const { alpha, temperature, lambda } = this.given
    Object.assign(this.values, { alpha, temperature, lambda })
    this.featureWeight = 0
    this.relationWeight = 0
    this.gamma = 1
    this.pace = 1
  }

  /** @returns every knob with its value, also those that are off */
  turn(signals: GuidanceSignals): Record<string, number> {
    const { reference, given } = this
    if (!reference) return {}
    const { gap, detail, drift } = signals
    if (given.adaptFeatures && gap !== null) this.featureWeight = 0.5 * gap
    if (given.adaptRelations && detail !== null) this.relationWeight = detail
    if (given.adaptTemperature && detail !== null) this.values.temperature = given.temperature * (1 - detail / 2)
    if (given.adaptExponent && gap !== null) this.gamma = 0.5 + 0.5 * gap
    if (given.adaptLambda && gap !== null) this.values.lambda = given.lambda * (0.5 + gap)
    if (given.adaptAlpha && drift !== null) {
      this.pace = Math.min(2, Math.max(0.5, this.pace * (1 + 0.5 * (drift / WANTED_DRIFT - 1))))
      this.values.alpha = given.alpha * this.pace
    }
    const hard = hardNegativeShare(signals, reference)
    return {
      ...this.values,
      featureWeight: this.featureWeight,
      relationWeight: this.relationWeight,
      fisherExponent: this.gamma,
      ...(hard !== null && { hardNegatives: hard }),
    }
  }

  // Knobs that may turn are inputs of the compiled step; the others are compiled in, as in the profile `paper`.

  alpha(): number | Scalar {
    return this.input(this.given.adaptAlpha, this.values.alpha)
  }

  temperature(): number | Scalar {
    return this.input(this.given.adaptTemperature, this.values.temperature)
  }

  lambda(): number | Scalar {
    return this.input(this.given.adaptLambda, this.values.lambda)
  }

  /** Null: no feature distillation. */
  features(): Scalar | null {
    return this.adaptive && this.given.adaptFeatures ? stepScalar(this.featureWeight) : null
  }

  /** Null: no relation distillation. */
  relations(): Scalar | null {
    return this.adaptive && this.given.adaptRelations ? stepScalar(this.relationWeight) : null
  }

  /** Null: Fisher weights as they are. */
  exponent(): Scalar | null {
    return this.adaptive && this.given.adaptExponent ? stepScalar(this.gamma) : null
  }

  get screens(): boolean {
    return this.adaptive && this.given.adaptScreening
  }

  /** Fisher weights with memory, exponent or clip instead of the step's own. */
  get remembers(): boolean {
    const { adaptMemory, adaptExponent, adaptClip } = this.given
    return this.adaptive && (adaptMemory || adaptExponent || adaptClip)
  }

  private input(turns: boolean, value: number): number | Scalar {
    return this.adaptive && turns ? stepScalar(value) : value
  }
}
