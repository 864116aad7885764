'use client'

import { Menu } from '@base-ui/react/menu'
import { Check, Code2, Download } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslations } from 'use-intl'
import { exportFile } from '@/lib/client/files/export-file'
import { saveFile } from '@/lib/client/files/save-file'
import { type Language, SNIPPETS } from '@/lib/shared/contract/snippets'
import { type ExportedResult, toCsv, toJson, toRows } from '@/lib/shared/results/result-export'
import { toFragment } from '@/lib/shared/results/share-link'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { useSaveFile } from '../ui/use-save-file'

interface ShareResultProps {
  /** The photo that is looked at. */
  shown: ExportedResult
  /** All photos of this visit that have an answer, in their order. */
  all: readonly ExportedResult[]
  /** More ways. */
  children?: ReactNode
}

const COPIED_MS = 2000

/** Takes answers elsewhere: as files, as JSON, or as the code that asks for them. */
export function ShareResult({ shown, all, children }: ShareResultProps) {
  const t = useTranslations('share')
  const [copied, setCopied] = useState('')
  const saving = useSaveFile()
  async function copy(what: string, text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(what)
      setTimeout(() => setCopied(''), COPIED_MS)
    } catch {
      setCopied('') // The browser does not allow it; the menu stays as it was.
    }
  }
  const asked = {
    site: `${globalThis.location?.origin ?? ''}${BASE_PATH}`,
    file: shown.file,
    model: shown.result.model.id,
  }
  const count = all.length
  return (
    <div className="mt-4 flex flex-wrap items-center gap-2">
      <Choice icon={<Code2 aria-hidden className="size-4" />} label={t('copy')}>
        <Item onClick={() => copy(t('linkName'), `${asked.site}/result#${toFragment(shown.file, shown.result)}`)}>
          {t('link')}
        </Item>
        <Item onClick={() => copy('JSON', toJson([shown]))}>{t('json')}</Item>
        {(Object.keys(SNIPPETS) as Language[]).map((language) => (
          <Item key={language} onClick={() => copy(language, SNIPPETS[language](asked))}>
            {t('request', { language })}
          </Item>
        ))}
      </Choice>
      <Choice icon={<Download aria-hidden className="size-4" />} label={t('download')}>
        <Item onClick={() => saveFile('answers.csv', 'text/csv', toCsv(all))}>{t('csvOf', { count })}</Item>
        <Item onClick={() => saving.save('answers.xlsx', () => exportFile(toRows(all), 'xlsx'))}>
          {t('xlsxOf', { count })}
        </Item>
        <Item onClick={() => saveFile('answers.json', 'application/json', toJson(all))}>{t('jsonOf', { count })}</Item>
      </Choice>
      {children}
      <p aria-live="polite" className="flex items-center gap-1.5 text-ink-2 text-sm">
        {copied && (
          <>
            <Check aria-hidden className="size-4 text-accent" /> {t('copied', { what: copied })}
          </>
        )}
        {saving.state === 'failed' && t('saveFailed')}
      </p>
    </div>
  )
}

function Choice({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
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

function Item({ onClick, children }: { onClick(): void; children: ReactNode }) {
  return (
    <Menu.Item
      onClick={onClick}
      className="flex h-9 cursor-default items-center rounded-[7px] px-3 text-sm outline-none data-highlighted:bg-sunk"
    >
      {children}
    </Menu.Item>
  )
}
