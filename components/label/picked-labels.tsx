import { useTranslations } from 'use-intl'
import { Button } from '../ui/button'
import { Key } from './key'

interface PickedLabelsProps {
  picked: readonly string[]
  onDone(): void
}

/** The labels that a photo gets, and the button that goes on to the next one. */
export function PickedLabels({ picked, onDone }: PickedLabelsProps) {
  const t = useTranslations('label')
  return (
    <div>
      <p role="status" className="mb-2 text-pretty text-ink-2 text-sm" data-testid="picked">
        {picked.length === 0 ? t('pickHint') : t.rich('picked', { labels: picked.join(', '), en: Untranslated })}
      </p>
      <Button variant="primary" onClick={onDone} aria-keyshortcuts="Enter" className="w-full">
        {t(picked.length === 0 ? 'noneFits' : 'next')}
        <Key>↵</Key>
      </Button>
    </div>
  )
}

const Untranslated = (chunk: React.ReactNode) => <span translate="no">{chunk}</span>
