import { type MetricPassport, passportOf } from '../prepare/passport.ts'

/** What a number means, line by line. */
export function PassportText({ metric }: { metric: MetricPassport }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      {passportOf(metric).map(({ name, text, code }) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className={code ? 'font-mono text-2xs break-words' : ''}>{text}</dd>
        </div>
      ))}
    </dl>
  )
}
