import { useTranslations } from 'use-intl'
import { useModelName } from '../classify/use-model-name'
import { ModelMark } from './model-mark'
import { MAX_MODELS, MIN_MODELS } from './use-compared-models'

interface ModelPickerProps {
  all: readonly string[]
  chosen: readonly string[]
  /** The models' marks. */
  letters: ReadonlyMap<string, string>
  toggle(model: string): void
}

/** Selects the two or three models to compare. Hidden if there is nothing to choose. */
export function ModelPicker({ all, chosen, letters, toggle }: ModelPickerProps) {
  const t = useTranslations('compare')
  const name = useModelName()
  if (all.length <= MIN_MODELS) return null
  return (
    <fieldset className="mt-5">
      <legend className="text-ink-2 text-sm">{t('models')}</legend>
      <div className="mt-1.5 flex flex-wrap gap-2">
        {all.map((model) => {
          const checked = chosen.includes(model)
          return (
            <label
              key={model}
              className="inline-flex min-w-0 cursor-pointer items-center gap-2 rounded-card border border-line-2 bg-card px-3 py-2 text-sm has-disabled:cursor-not-allowed has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
            >
              <input
                type="checkbox"
                checked={checked}
                disabled={checked ? chosen.length === MIN_MODELS : chosen.length === MAX_MODELS}
                onChange={() => toggle(model)}
                className="size-4 accent-accent outline-none"
              />
              <ModelMark letter={letters.get(model) ?? ''} on={false} />
              <span className="truncate">{name(model)}</span>
            </label>
          )
        })}
      </div>
    </fieldset>
  )
}
