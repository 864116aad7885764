'use client'

import { Check, Copy } from 'lucide-react'
import { useRef } from 'react'
import { useTranslations } from 'use-intl'
import { useCopy } from './use-copy'

/** Code with a copy button. @param name what the button copies, where the code is too long to be its name */
export function CopyLine({ text, name = text }: { text: string; name?: string }) {
  const t = useTranslations('code')
  const { copied, copy } = useCopy()
  const code = useRef<HTMLElement>(null)
  async function copyCode(): Promise<void> {
    const done = await copy(name, text)
    // The visitor can copy what is selected.
    if (!done && code.current) getSelection()?.selectAllChildren(code.current)
  }
  return (
    <div className="flex items-start gap-2 rounded-card border border-line bg-sunk py-1 pr-1 pl-4">
      <code ref={code} className="mr-auto min-w-0 whitespace-pre-wrap break-words py-1.5 font-mono text-sm">
        {text}
      </code>
      <button
        type="button"
        onClick={copyCode}
        aria-label={copied ? t('copied') : t('copy', { text: name })}
        className="grid size-9 shrink-0 place-items-center rounded-[7px] text-ink-2 hover:bg-card hover:text-ink"
      >
        {copied ? <Check aria-hidden className="size-4 text-accent" /> : <Copy aria-hidden className="size-4" />}
      </button>
    </div>
  )
}
