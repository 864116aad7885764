import { FolderTree } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { parentFolder } from '@/lib/client/batch/labels'
import type { BatchSession } from '@/lib/client/batch/session'
import type { BatchSnapshot } from '@/lib/client/batch/snapshot'
import type { Label } from '@/lib/shared/contract/contract'
import { firstNames } from '@/lib/shared/labels-file/summary'
import { labelsWithWord } from '@/lib/shared/metrics/label-candidates'
import { labelMatcher } from '@/lib/shared/metrics/label-matcher'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { batchModelOf, useClasses } from './use-classes'

interface FolderLabelsOfferProps {
  session: BatchSession
  snapshot: BatchSnapshot
}

/** At least so many folders, of which at least this share is named after a label. */
const MIN_FOLDERS = 2
const MIN_KNOWN = 0.5
/** Datasets may have thousands of folders; the first ones show what they are. */
const SAMPLE = 50

/** Offers to take folder names as labels, if that is what they look like: `cat/1.jpg`, `dog/2.jpg`. */
export function FolderLabelsOffer({ session, snapshot }: FolderLabelsOfferProps) {
  const t = useTranslations('batch')
  const format = useFormat()
  const { items, job, labels, collecting, device } = snapshot
  const [declined, setDeclined] = useState(false)
  const photos = items.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: photos are only ever added, and each result replaces their list
  const folders = useMemo(() => [...new Set(items.flatMap(({ path }) => parentFolder(path) ?? []))], [photos])
  const wanted = !labels && !declined && !collecting && folders.length >= MIN_FOLDERS
  const { classes } = useClasses(wanted ? batchModelOf(job) : null, device !== null)
  const sample = useMemo(() => folders.slice(0, SAMPLE), [folders])
  const known = useMemo(() => (wanted && classes ? knownFolders(sample, classes) : []), [wanted, sample, classes])
  if (!wanted || known.length < MIN_FOLDERS || known.length < MIN_KNOWN * sample.length) return null
  return (
    <div role="status" className="mt-3 flex items-start gap-3 rounded-card bg-accent-soft px-4 py-3 text-sm">
      <FolderTree aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
      <div className="min-w-0">
        <p className="font-semibold">{t('folderLabelsTitle')}</p>
        <p className="mt-0.5 text-pretty text-ink-2">
          {t('folderLabels', {
            known: format.integer(known.length),
            count: format.integer(sample.length),
            names: firstNames(known).names,
          })}
        </p>
        <p className="mt-3 flex flex-wrap gap-2">
          <Button onClick={() => void session.takeFolderLabels()}>{t('useFolders')}</Button>
          <Button variant="quiet" onClick={() => setDeclined(true)}>
            {t('notLabels')}
          </Button>
        </p>
      </div>
    </div>
  )
}

/** The folders whose names are labels, or may mean one. */
function knownFolders(folders: readonly string[], classes: readonly Label[]): string[] {
  const find = labelMatcher(classes)
  return folders.filter((folder) => {
    const match = find(folder)
    return 'index' in match || match.candidates.length > 0 || labelsWithWord(folder, classes).length > 0
  })
}
