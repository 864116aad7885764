import { Combobox } from '@base-ui/react/combobox'
import type { Label } from '@/lib/shared/contract/contract'
import { synonymsOf } from '@/lib/shared/search/synonyms'

/** A label among those that a search has found, with its other names. */
export function LabelOption({ label }: { label: Label }) {
  return (
    <Combobox.Item value={label} className="cursor-pointer rounded-[7px] px-3 py-1.5 text-sm data-highlighted:bg-sunk">
      <span className="block font-medium">{label.label}</span>
      <span className="block truncate text-ink-2 text-xs empty:hidden">{synonymsOf(label).join(', ')}</span>
    </Combobox.Item>
  )
}
