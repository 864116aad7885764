import { ArrowRight, Check, Download } from 'lucide-react'
import Link from 'next/link'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import type { SavedModel as Details } from '@/lib/client/training/saved-models'
import type { TrainingSession } from '@/lib/client/training/session'
import type { SavedReference } from '@/lib/client/training/types'
import { type Language, SNIPPETS } from '@/lib/shared/contract/snippets'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { isUnlisted } from '../classify/unlisted-model'
import { ActionItem, ActionMenu } from '../ui/action-menu'
import { ConfirmButton } from '../ui/confirm-button'
import { CopyLine } from '../ui/copy-line'
import { Disclosure } from '../ui/disclosure'
import { Segmented } from '../ui/segmented'
import { useProblem } from '../ui/use-problem'
import { useSaveFile } from '../ui/use-save-file'
import { AddCorrections } from './add-corrections'
import { asFailure } from './as-failure'
import { isGone } from './is-gone'
import { Revisions } from './revisions'

interface SavedModelProps {
  session: TrainingSession
  saved: SavedReference
  /** Whether the page has changes that aren't saved. */
  unsaved: boolean
  token: string | null
  /** The server no longer has the model: it was deleted elsewhere. */
  onGone(): void
  /** Whether visitors' corrections may be there to learn from. */
  corrections: boolean
}

const LANGUAGES = Object.keys(SNIPPETS) as Language[]

/** What can be done with a saved model: links, code, downloads, revisions, deletion. */
export function SavedModel({ session, saved, unsaved, token, corrections, onGone }: SavedModelProps) {
  const t = useTranslations('train')
  const problem = useProblem()
  const [details, setDetails] = useState<Details | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const { id, title, revision } = saved
  function handleFailure(found: Failure): void {
    if (isGone(found)) onGone()
    else setFailure(found)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: each revision has its own history
  useEffect(() => {
    let mounted = true
    import('@/lib/client/training/saved-models')
      .then(({ fetchModel }) => fetchModel(id))
      .then((found) => mounted && setDetails(found))
      .catch((error) => mounted && handleFailure(asFailure(error)))
    return () => {
      mounted = false
    }
  }, [id, revision])
  async function remove(): Promise<void> {
    try {
      await (await import('@/lib/client/training/saved-models')).deleteModel(id, token)
      session.forgetSaved()
    } catch (error) {
      const found = asFailure(error)
      if (found.code === 'not_found') onGone()
      else handleFailure(found)
    }
  }
  return (
    <div className={unsaved ? 'mt-5 border-line border-t pt-4' : 'mt-1'}>
      <p role="status" className="flex items-center gap-1.5 text-ink-2 text-sm">
        <Check aria-hidden className="size-4 shrink-0 text-accent" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{t('savedNow', { title })}</span>
      </p>
      <Link
        href={`/?model=${encodeURIComponent(id)}`}
        prefetch={false}
        className="mt-3 inline-flex h-10 items-center gap-2 rounded-card border border-line-2 bg-card px-4 font-semibold text-sm hover:bg-sunk"
      >
        {t('classifyWith')} <ArrowRight aria-hidden className="size-4" />
      </Link>
      {isUnlisted(id) && (
        <div className="mt-3">
          <CopyLine text={`${location.origin}${BASE_PATH}/?model=${id}`} name={t('link')} />
          <p className="mt-1 text-pretty text-ink-2 text-xs">{t('linkHint')}</p>
        </div>
      )}
      <FromCode id={id} />
      <Downloads id={id} onFailure={handleFailure} />
      {corrections && token !== null && (
        <AddCorrections session={session} id={id} token={token} onFailure={handleFailure} />
      )}
      {details && (
        <Revisions session={session} details={details} token={token} unsaved={unsaved} onFailure={handleFailure} />
      )}
      {/* Not before the revisions above it, which would move it away from the pointer. */}
      {(details ?? failure) && (
        <div className="-mx-4 mt-1">
          <ConfirmButton yes={t('deleteYes')} no={t('deleteNo')} onConfirm={() => void remove()}>
            {t('delete')}
          </ConfirmButton>
        </div>
      )}
      <p role="alert" className="text-pretty text-bad text-sm empty:hidden">
        {failure && problem(failure).title}
      </p>
    </div>
  )
}

function FromCode({ id }: { id: string }) {
  const t = useTranslations('train')
  const [language, setLanguage] = useState<Language>('cURL')
  const text = SNIPPETS[language]({ site: `${location.origin}${BASE_PATH}`, file: 'photo.jpg', model: id })
  return (
    <Disclosure className="mt-3" label={t('fromCode')}>
      <div className="[&>div>span]:sr-only">
        <Segmented
          label={t('fromCode')}
          options={LANGUAGES.map((value) => ({ value, label: value }))}
          value={language}
          onChange={(next) => setLanguage(next as Language)}
        />
      </div>
      <CopyLine text={text} name={language} />
    </Disclosure>
  )
}

function Downloads({ id, onFailure }: { id: string; onFailure(failure: Failure): void }) {
  const t = useTranslations('train')
  const saver = useSaveFile()
  async function make(kind: 'folder' | 'onnx'): Promise<Blob> {
    try {
      const { downloadFolder, downloadOnnx } = await import('@/lib/client/training/download')
      return await (kind === 'folder' ? downloadFolder(id) : downloadOnnx(id))
    } catch (error) {
      onFailure(asFailure(error))
      throw error
    }
  }
  return (
    <div className="mt-1">
      <ActionMenu
        icon={<Download aria-hidden className="size-4" />}
        label={saver.state === 'making' ? t('opening') : t('download')}
      >
        <ActionItem hint={t('downloadFolderHint')} onClick={() => void saver.save(`${id}.zip`, () => make('folder'))}>
          {t('downloadFolder')}
        </ActionItem>
        <ActionItem hint={t('downloadOnnxHint')} onClick={() => void saver.save(`${id}-onnx.zip`, () => make('onnx'))}>
          {t('downloadOnnx')}
        </ActionItem>
      </ActionMenu>
    </div>
  )
}
