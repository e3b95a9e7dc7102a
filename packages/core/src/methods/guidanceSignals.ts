/**
 * What was measured about a task and its reference set, all in [0, 1]; null where it is switched off or cannot be known
 * (no earlier task, no figures).
 */
export interface GuidanceSignals {
  /** g: how far the task lies from the domains seen so far; 1 before any. */
  gap: number | null
  /** d: how fine the classes are compared with the domains. */
  detail: number | null
  /** Mean w_c over earlier classes: 1 - probability that the teacher gives a class's figures to the class. */
  need: number | null
  /** Largest f_k: loss of accuracy on the probe pairs of an earlier task. */
  risk: number | null
  /** Mean r_q: how far retrieved figures stand out from random ones. */
  trust: number | null
  /** Mean of 1 - cos between student and teacher on reference images since the last measurement. */
  drift: number | null
}

/** What the loop does with the measurements; the losses' own knobs are the method's. */
export interface AdaptiveReference {
  /** Steps between two measurements. */
  refreshSteps: number
  signals: Readonly<Record<'gap' | 'detail' | 'confusion' | 'risk' | 'trust', boolean>>
  /** Hits of less trust are dropped. */
  trustFloor: number
  budgets: boolean
  redraw: boolean
  /** Whether reference batches are drawn with hard negatives. */
  negatives: boolean
}

/** Share of a reference batch that comes from one domain: 0.25 + 0.5 d; null leaves the natural rate. */
export function hardNegativeShare({ detail }: GuidanceSignals, { negatives }: AdaptiveReference): number | null {
  return negatives && detail !== null ? 0.25 + 0.5 * detail : null
}
