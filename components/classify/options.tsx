'use client'

import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronDown } from 'lucide-react'
import type { ModelInfo } from '@/lib/shared/contract'
import { Segmented } from '../ui/segmented'

interface OptionsProps {
  models: readonly ModelInfo[]
  model: string
  onModel(model: string): void
  shown: number
  onShown(count: number): void
}

const COUNTS = [3, 5, 10]

/** Which model and how many labels, behind one line that says what is chosen. */
export function Options({ models, model, onModel, shown, onShown }: OptionsProps) {
  const choices = models.map(({ id, type, status }) => ({
    value: type ?? id,
    label: capital(type ?? id),
    disabled: status === 'failed',
  }))
  return (
    <Collapsible.Root className="mt-4">
      <Collapsible.Trigger className="group -mx-2 flex items-center gap-1.5 rounded-card px-2 py-1.5 text-ink-2 text-sm hover:bg-sunk hover:text-ink">
        {capital(model)} model · top {shown}
        <ChevronDown
          aria-hidden
          className="size-4 transition-transform duration-150 group-data-panel-open:rotate-180"
        />
      </Collapsible.Trigger>
      <Collapsible.Panel className="grid gap-3 pt-3">
        <Segmented label="Model" options={choices} value={model} onChange={onModel} />
        <Segmented
          label="Labels"
          options={COUNTS.map((count) => ({ value: String(count), label: `Top ${count}` }))}
          value={String(shown)}
          onChange={(count) => onShown(Number(count))}
        />
      </Collapsible.Panel>
    </Collapsible.Root>
  )
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
