'use client'

import { Collapsible } from '@base-ui/react/collapsible'
import { ChevronDown } from 'lucide-react'
import type { ModelInfo } from '@/lib/shared/contract'
import { Segmented } from '../ui/segmented'
import { Slider } from '../ui/slider'

interface OptionsProps {
  models: readonly ModelInfo[]
  model: string
  onModel(model: string): void
  /** Labels at most. */
  shown: number
  onShown(count: number): void
  /** Labels with a lower score are left out. */
  least: number
  onLeast(score: number): void
}

const MOST_LABELS = 10
const HIGHEST_LEAST = 0.5

/** Which model and how many labels, behind one line that says what is chosen. */
export function Options({ models, model, onModel, shown, onShown, least, onLeast }: OptionsProps) {
  const choices = models.map(({ id, type, status }) => ({
    value: type ?? id,
    label: capital(type ?? id),
    disabled: status === 'failed',
  }))
  return (
    <Collapsible.Root className="mt-4">
      <Collapsible.Trigger className="group -mx-2 flex items-center gap-1.5 rounded-card px-2 py-1.5 text-ink-2 text-sm hover:bg-sunk hover:text-ink">
        {capital(model)} model · top {shown}
        {least > 0 && ` · from ${wholePercent(least)}`}
        <ChevronDown
          aria-hidden
          className="size-4 transition-transform duration-150 group-data-panel-open:rotate-180"
        />
      </Collapsible.Trigger>
      <Collapsible.Panel className="grid gap-3 pt-3">
        <Segmented label="Model" options={choices} value={model} onChange={onModel} />
        <Slider
          label="Labels"
          value={shown}
          min={1}
          max={MOST_LABELS}
          step={1}
          onChange={onShown}
          show={(count) => `top ${count}`}
        />
        <Slider
          label="At least"
          value={least}
          min={0}
          max={HIGHEST_LEAST}
          step={0.01}
          onChange={onLeast}
          show={wholePercent}
        />
      </Collapsible.Panel>
    </Collapsible.Root>
  )
}

function wholePercent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
