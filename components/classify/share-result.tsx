'use client'

import { Check, Code2, Download } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { cropQuery } from '@/lib/client/api/classify'
import { exportFile } from '@/lib/client/files/export-file'
import { saveFile } from '@/lib/client/files/save-file'
import { type Language, SNIPPETS } from '@/lib/shared/contract/snippets'
import type { Area } from '@/lib/shared/crop/crop'
import { type ExportedResult, exportColumns, toCsv, toJson, toRows } from '@/lib/shared/results/result-export'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { choiceQuery } from '@/lib/shared/zero-shot/choice'
import { ActionItem, ActionMenu } from '../ui/action-menu'
import { useCopy } from '../ui/use-copy'
import { useSaveFile } from '../ui/use-save-file'
import { LinkItems } from './link-items'

interface ShareResultProps {
  /** The selected photo's result. */
  current: ExportedResult
  /** What the visitor chose: a model, or one with labels in words. */
  choice: string
  /** The photo, as this browser displays it. */
  photo: Blob
  /** The part of the photo that the visitor chose, in pixels of the chosen file; null for the model's own crop. */
  crop: Area | null
  /** All photos of this visit that have a result, in order. */
  all: readonly ExportedResult[]
  /** Further actions. */
  children?: ReactNode
}

/** Exports results as files, JSON, a link, or code that requests them. */
export function ShareResult({ current, choice, photo, crop, all, children }: ShareResultProps) {
  const t = useTranslations('share')
  const { copied, failed, copy } = useCopy()
  const saver = useSaveFile()
  const request = {
    site: `${globalThis.location?.origin ?? ''}${BASE_PATH}`,
    file: current.file,
    ...choiceQuery(choice),
    model: current.result.model.id,
    ...cropQuery(crop),
  }
  const count = all.length
  return (
    <div className="mt-4 flex flex-wrap items-center gap-2">
      <ActionMenu icon={<Code2 aria-hidden className="size-4" />} label={t('copy')}>
        <LinkItems file={current.file} result={current.result} photo={photo} onCopy={copy} />
        <ActionItem onClick={() => copy('JSON', toJson([current]))}>{t('json')}</ActionItem>
        {(Object.keys(SNIPPETS) as Language[]).map((language) => (
          <ActionItem key={language} onClick={() => copy(language, SNIPPETS[language](request))}>
            {t('request', { language })}
          </ActionItem>
        ))}
      </ActionMenu>
      <ActionMenu icon={<Download aria-hidden className="size-4" />} label={t('download')}>
        <ActionItem onClick={() => saveFile('answers.csv', 'text/csv', toCsv(all))}>{t('csvOf', { count })}</ActionItem>
        <ActionItem
          onClick={() => saver.save('answers.xlsx', () => exportFile(toRows(all), 'xlsx', exportColumns(all)))}
        >
          {t('xlsxOf', { count })}
        </ActionItem>
        <ActionItem onClick={() => saveFile('answers.json', 'application/json', toJson(all))}>
          {t('jsonOf', { count })}
        </ActionItem>
      </ActionMenu>
      {children}
      <p aria-live="polite" className="flex items-center gap-1.5 text-ink-2 text-sm">
        {copied && (
          <>
            <Check aria-hidden className="size-4 text-accent" /> {t('copied', { what: copied })}
          </>
        )}
        {failed && t('copyFailed')}
        {saver.state === 'failed' && t('saveFailed')}
      </p>
    </div>
  )
}
