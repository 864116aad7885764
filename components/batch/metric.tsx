interface MetricProps {
  label: string
  value: string
  note?: string
}

/** A figure in a list of figures. */
export function Metric({ label, value, note }: MetricProps) {
  return (
    <div>
      <dt className="text-ink-2 text-sm">{label}</dt>
      <dd className="figures mt-1 text-xl">{value}</dd>
      {note && <dd className="mt-1 text-ink-3 text-xs">{note}</dd>}
    </div>
  )
}
