import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import { fetchSimilar } from '@/lib/client/batch/api'
import { Button } from '../ui/button'
import { Disclosure } from '../ui/disclosure'
import { useProblem } from '../ui/use-problem'
import type { PhotoLinks } from './check/photo-links'
import { Thumbnail } from './thumbnail'

/** Where similar photos are found, and what becomes of them. */
export interface SimilarIn extends Pick<PhotoLinks, 'thumbnails' | 'find' | 'source' | 'show'> {
  /** ID of the job. */
  job: string
  /** Opens a photo in the dialog. */
  open(index: number): void
}

interface SimilarPhotosProps {
  file: string
  similar: SimilarIn
}

/** Photos that are asked for, and those of them that are shown here. */
const FOUND = 50
const SHOWN = 12

type Found = { file: string; files: readonly string[] } | { file: string; failure: Failure }

/** Photos of the batch that look like one of them. They are searched for when this is opened. */
export function SimilarPhotos({ file, similar }: SimilarPhotosProps) {
  const t = useTranslations('batch.check')
  const problem = useProblem()
  const [open, setOpen] = useState(false)
  const [found, setFound] = useState<Found | null>(null)
  const { job } = similar
  useEffect(() => {
    if (!open) return
    const closed = new AbortController()
    fetchSimilar(job, file, FOUND, closed.signal).then(
      (files) => !closed.signal.aborted && setFound({ file, files }),
      (failure: Failure) => !closed.signal.aborted && setFound({ file, failure }),
    )
    return () => closed.abort()
  }, [open, job, file])
  const current = found?.file === file ? found : null
  const files = current && 'files' in current ? current.files : null
  const name = file.slice(file.lastIndexOf('/') + 1)
  return (
    <Disclosure className="mt-1" label={t('similar')} open={open} onOpenChange={setOpen}>
      <p role="status" className={files && files.length > 0 ? 'sr-only' : 'text-ink-2 text-sm'}>
        {!current && t('searching')}
        {current && 'failure' in current && problem(current.failure).detail}
        {files?.length === 0 && t('noSimilar')}
        {files && files.length > 0 && t('foundSimilar', { count: files.length })}
      </p>
      {files && files.length > 0 && (
        <>
          <ul className="-m-1 grid grid-cols-[repeat(auto-fill,minmax(3.25rem,1fr))]">
            {files.slice(0, SHOWN).map((path) => (
              <li key={path}>
                <SimilarPhoto path={path} similar={similar} />
              </li>
            ))}
          </ul>
          <Button
            className="justify-self-start"
            onClick={() => similar.show({ files: [file, ...files], name: t('like', { name }) })}
          >
            {t('moreLikeThis')}
          </Button>
        </>
      )}
    </Disclosure>
  )
}

function SimilarPhoto({ path, similar }: { path: string; similar: SimilarIn }) {
  const t = useTranslations('batch')
  const item = similar.find(path)
  if (!item) return null
  return (
    <button
      type="button"
      aria-label={t('show', { name: path })}
      title={path}
      onClick={() => similar.open(item.index)}
      className="block rounded-[10px] p-1.5 hover:bg-sunk"
    >
      <Thumbnail index={item.index} source={similar.source(item.index)} thumbnails={similar.thumbnails} />
    </button>
  )
}
