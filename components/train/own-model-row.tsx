import { MoreHorizontal } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import type { OwnModel } from '@/lib/client/device-models/store'
import type { ModelInfo } from '@/lib/shared/contract/contract'
import type { TrainingOffer } from '@/lib/shared/contract/site'
import { useModelName } from '../classify/use-model-name'
import { ActionItem, ActionMenu } from '../ui/action-menu'
import { Button } from '../ui/button'
import { useFormat } from '../ui/use-format'
import { useProblem } from '../ui/use-problem'
import { useSaveFile } from '../ui/use-save-file'
import { asFailure } from './as-failure'
import { OwnModelName } from './own-model-name'
import { OwnModelPublish } from './own-model-publish'
import type { OpenModel } from './use-open-model'

export interface OwnModelRowProps {
  model: OwnModel
  bases: readonly ModelInfo[]
  /** Who may save models on the server; null where only browsers run models. */
  offer: TrainingOffer | null
  opener: OpenModel
}

/** A model that this browser keeps, and what can be done with it. */
export function OwnModelRow({ model, bases, offer, opener }: OwnModelRowProps) {
  const t = useTranslations('ownModels')
  const problem = useProblem()
  const [open, setOpen] = useState<'rename' | 'publish' | 'remove' | null>(null)
  const [error, setError] = useState<string | null>(null)
  const saver = useSaveFile()
  const { id, title, files } = model
  const close = () => setOpen(null)
  const report = (thrown: unknown) => setError(problem(asFailure(thrown)).title)
  async function makeZip(): Promise<Blob> {
    return (await import('@/lib/client/device-models/zip')).exportModel(model)
  }
  async function remove(): Promise<void> {
    await (await import('@/lib/client/device-models/store')).removeModel(id)
  }
  return (
    <div data-own-model={id}>
      {open === 'rename' ? (
        <OwnModelName model={model} onClose={close} onFailure={report} />
      ) : (
        <>
          <p translate="no" className="font-semibold text-sm [overflow-wrap:anywhere]">
            {title}
          </p>
          <Facts model={model} bases={bases} />
        </>
      )}
      {open === null && (
        <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1">
          <Link
            href={`/?model=${encodeURIComponent(id)}`}
            prefetch={false}
            aria-label={t('classify', { title })}
            className="inline-flex h-9 items-center rounded-card border border-line-2 bg-card px-3 font-semibold text-sm hover:bg-sunk"
          >
            {t('classifyShort')}
          </Link>
          <ActionMenu
            icon={<MoreHorizontal aria-hidden className="size-4" />}
            label={
              <>
                <span aria-hidden>{t('actionsShort')}</span>
                <span className="sr-only">{t('actions', { title })}</span>
              </>
            }
          >
            {files['examples.safetensors'] && (
              <ActionItem onClick={() => opener.request(id)}>{t('continue')}</ActionItem>
            )}
            <ActionItem onClick={() => setOpen('rename')}>{t('rename')}</ActionItem>
            <ActionItem hint={t('exportHint')} onClick={() => void saver.save(`${id.split(':')[1]}.zip`, makeZip)}>
              {t('export')}
            </ActionItem>
            {offer && files['examples.safetensors'] && (
              <ActionItem hint={t('publishHint')} onClick={() => setOpen('publish')}>
                {t('publish')}
              </ActionItem>
            )}
            <ActionItem onClick={() => setOpen('remove')}>{t('remove')}</ActionItem>
          </ActionMenu>
        </div>
      )}
      {offer && open === 'publish' && <OwnModelPublish model={model} offer={offer} onClose={close} />}
      {open === 'remove' && (
        <div className="mt-2 flex flex-wrap items-center gap-2">
          <Button className="text-bad!" onClick={() => void remove().catch(report)}>
            {t('removeYes')}
          </Button>
          <Button variant="quiet" autoFocus onClick={close}>
            {t('removeNo')}
          </Button>
        </div>
      )}
      <p role="alert" className="mt-1 text-pretty text-bad text-sm empty:hidden">
        {error}
      </p>
    </div>
  )
}

function Facts({ model: { labels, base, savedAt }, bases }: Pick<OwnModelRowProps, 'model' | 'bases'>) {
  const t = useTranslations('ownModels')
  const name = useModelName()
  const format = useFormat()
  const type = bases.find(({ id }) => id === base.id)?.type
  return (
    <p className="mt-0.5 text-ink-2 text-xs [overflow-wrap:anywhere]">
      {t('facts', { labels, base: name(type ?? base.id), day: format.day(savedAt) })}
    </p>
  )
}
