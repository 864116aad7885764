'use client'

import { Menu } from '@base-ui/react/menu'
import { Check, Code2, Download } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { cropQuery } from '@/lib/client/api/classify'
import { exportFile } from '@/lib/client/files/export-file'
import { saveFile } from '@/lib/client/files/save-file'
import { type Language, SNIPPETS } from '@/lib/shared/contract/snippets'
import type { Area } from '@/lib/shared/crop/crop'
import { type ExportedResult, toCsv, toJson, toRows } from '@/lib/shared/results/result-export'
import { toFragment } from '@/lib/shared/results/share-link'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { useSaveFile } from '../ui/use-save-file'

interface ShareResultProps {
  /** The selected photo. */
  current: ExportedResult
  /** The part of the photo that the visitor chose, in pixels of the chosen file; null for the model's own crop. */
  crop: Area | null
  /** All photos of this visit that have a result, in order. */
  all: readonly ExportedResult[]
  /** Further actions. */
  children?: ReactNode
}

const COPIED_MS = 2000

/** Exports results as files, JSON, a link, or code that requests them. */
export function ShareResult({ current, crop, all, children }: ShareResultProps) {
  const t = useTranslations('share')
  const [copied, setCopied] = useState('')
  const saver = useSaveFile()
  async function copy(name: string, text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(name)
      setTimeout(() => setCopied(''), COPIED_MS)
    } catch {
      setCopied('') // The browser denied access to the clipboard.
    }
  }
  const request = {
    site: `${globalThis.location?.origin ?? ''}${BASE_PATH}`,
    file: current.file,
    model: current.result.model.id,
    ...cropQuery(crop),
  }
  const count = all.length
  return (
    <div className="mt-4 flex flex-wrap items-center gap-2">
      <ActionMenu icon={<Code2 aria-hidden className="size-4" />} label={t('copy')}>
        <ActionItem
          onClick={() => copy(t('linkName'), `${request.site}/result#${toFragment(current.file, current.result)}`)}
        >
          {t('link')}
        </ActionItem>
        <ActionItem onClick={() => copy('JSON', toJson([current]))}>{t('json')}</ActionItem>
        {(Object.keys(SNIPPETS) as Language[]).map((language) => (
          <ActionItem key={language} onClick={() => copy(language, SNIPPETS[language](request))}>
            {t('request', { language })}
          </ActionItem>
        ))}
      </ActionMenu>
      <ActionMenu icon={<Download aria-hidden className="size-4" />} label={t('download')}>
        <ActionItem onClick={() => saveFile('answers.csv', 'text/csv', toCsv(all))}>{t('csvOf', { count })}</ActionItem>
        <ActionItem onClick={() => saver.save('answers.xlsx', () => exportFile(toRows(all), 'xlsx'))}>
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
        {saver.state === 'failed' && t('saveFailed')}
      </p>
    </div>
  )
}

function ActionMenu({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
  return (
    <Menu.Root>
      <Menu.Trigger className="-ml-2 inline-flex h-9 items-center gap-1.5 rounded-card px-2 text-ink-2 text-sm hover:bg-sunk hover:text-ink data-popup-open:bg-sunk">
        {icon} {label}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="z-20">
          <Menu.Popup className="min-w-48 rounded-card border border-line bg-card p-1 shadow-card outline-none">
            {children}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

function ActionItem({ onClick, children }: { onClick(): void; children: ReactNode }) {
  return (
    <Menu.Item
      onClick={onClick}
      className="flex h-9 cursor-default items-center rounded-[7px] px-3 text-sm outline-none data-highlighted:bg-sunk"
    >
      {children}
    </Menu.Item>
  )
}
