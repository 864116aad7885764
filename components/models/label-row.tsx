import type { Label } from '@/lib/shared/contract/contract'

/** The nearest kinds explain a label; `animal` no longer does. */
const MAX_KINDS = 2

/** A label with its other names, what it's a kind of, and its note. */
export function LabelRow({ label: { index, label, others, kinds = [], note } }: { label: Label }) {
  return (
    <li className="border-line border-t py-3">
      <p className="flex items-baseline gap-3">
        <span className="mr-auto font-medium">{label}</span>
        <span className="text-right text-ink-3 text-xs">{kinds.slice(0, MAX_KINDS).join(', ')}</span>
        <span className="font-mono text-ink-3 text-xs">{index}</span>
      </p>
      <p className="text-ink-2 text-sm">{synonyms(label, others).join(', ')}</p>
      {note && <p className="mt-1 text-sm text-warn">{note}</p>}
    </li>
  )
}

/** Synonyms that differ from the label; the WordNet ID last. */
function synonyms(label: string, others: readonly string[]): string[] {
  const isId = (name: string) => /^n\d{8}$/.test(name)
  return [...others.filter((name) => name !== label && !isId(name)), ...others.filter(isId)]
}
