import { FileImage, FolderOpen, TriangleAlert } from 'lucide-react'
import { useTranslations } from 'use-intl'
import type { Failure } from '@/lib/client/api/failure'
import { Button } from '../ui/button'
import { useProblem } from '../ui/use-problem'
import { FilePickerButton } from './file-picker-button'
import { Notice } from './notice'
import type { Rerun } from './use-rerun'

interface RerunNoticeProps {
  rerun: Rerun
  modelName(id: string): string
}

/** Asks for the files of photos that another model is to classify, or says why that failed. */
export function RerunNotice({ rerun, modelName }: RerunNoticeProps) {
  const t = useTranslations('batch')
  const { waiting, found, lost, failure } = rerun
  const bringBack = (files: readonly File[]) => void rerun.bringBack(files)
  if (failure) return <FailureNotice failure={failure} />
  if (!waiting) return null
  return (
    <Notice calm icon={FolderOpen} title={t('rerunTitle', { model: modelName(waiting.id), count: lost })}>
      {rerun.noneFound && <strong className="font-semibold">{t('rerunNone')} </strong>}
      {found === 0 ? t('rerunFiles') : t('rerunFound', { found, count: found + lost })}
      <span className="mt-3 flex flex-wrap gap-2">
        <FilePickerButton folder kind="rerun" onFiles={bringBack}>
          <FolderOpen aria-hidden /> {t('chooseFolder')}
        </FilePickerButton>
        <FilePickerButton kind="rerun" onFiles={bringBack}>
          <FileImage aria-hidden /> {t('chooseFiles')}
        </FilePickerButton>
        {found > 0 && <Button onClick={rerun.runWithoutLost}>{t('rerunSome', { count: found })}</Button>}
        <Button variant="quiet" onClick={rerun.cancel}>
          {t('rerunCancel')}
        </Button>
      </span>
    </Notice>
  )
}

function FailureNotice({ failure }: { failure: Failure }) {
  const { title, detail } = useProblem()(failure)
  return (
    <Notice icon={TriangleAlert} title={title}>
      {detail}
    </Notice>
  )
}
