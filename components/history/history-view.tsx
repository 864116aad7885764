'use client'

import Link from 'next/link'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { UndoNotice } from '../ui/undo-notice'
import { RunList } from './run-list'
import { useRuns } from './use-runs'

interface HistoryViewProps {
  /** The default model and the upload limit, for classifying a photo again. */
  model: string
  imageBytes: number
}

/** Earlier results in this browser. */
export function HistoryView(props: HistoryViewProps) {
  const t = useTranslations('history')
  const { state, removal, remove, undo, forget, clear } = useRuns()
  if (state.name === 'loading') return <Message>{t('reading')}</Message>
  if (state.name === 'unavailable') return <Message>{t('unavailable')}</Message>
  return (
    <>
      {state.runs.length === 0 ? (
        <Message>
          {t('empty')}{' '}
          <Link href="/" prefetch={false} className="font-semibold text-accent underline-offset-4 hover:underline">
            {t('classify')}
          </Link>
        </Message>
      ) : (
        <RunList {...props} runs={state.runs} onRemove={remove} onClear={clear} />
      )}
      <UndoNotice
        removed={removal}
        text={t('removed')}
        onUndo={undo}
        restored={`[data-run="${removal?.run.id}"]`}
        onForget={forget}
      />
    </>
  )
}

function Message({ children }: { children: ReactNode }) {
  return (
    <p className="mt-8 rounded-card border border-line border-dashed px-5 py-12 text-center text-ink-2">{children}</p>
  )
}
