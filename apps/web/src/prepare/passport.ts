/** A metric as the server describes it. */
export interface MetricPassport {
  key: string
  title: string
  definition: string
  formula: string
  convention: string
  source: string
  needs: string
  better: string
  unit: string
}

export interface PassportLine {
  name: string
  text: string
  /** Set in the type of code. */
  code: boolean
}

/** Everything that fixes what a number means. */
export function passportOf(metric: MetricPassport): PassportLine[] {
  const unit =
    metric.unit === 'points' ? 'percentage points (difference of shares, times 100)' : 'per cent (share times 100)'
  const line = (name: string, text: string, code = false): PassportLine => ({ name, text, code })
  return [
    line('Definition', metric.definition),
    line('Formula', metric.formula, true),
    line('Matrix', metric.convention),
    line('Better', metric.better === 'lower' ? 'lower' : 'higher'),
    line('Unit', unit),
    line('Needs', metric.needs),
    line('Source', metric.source),
    line('Key', metric.key, true),
  ]
}
