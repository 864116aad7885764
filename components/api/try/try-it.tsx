'use client'

import { Send } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { Button } from '@/components/ui/button'
import { Segmented } from '@/components/ui/segmented'
import type { DialectName } from '@/lib/shared/dialects/dialects'
import { SAMPLES } from '@/lib/shared/gallery/samples'
import { underBase, withoutBase } from '@/lib/shared/web/base-path'
import { type ChosenPhoto, PhotoChoice } from './photo-choice'
import { Reply, type ReplyState } from './reply'
import { RequestPreview } from './request-preview'
import { sendRequest } from './send-request'

interface TryItProps {
  /** Where this server is: `https://host`, with the path that it's served under. */
  site: string
  models: readonly { id: string; title: string }[]
  model: string
  explains: boolean
  /** The services whose clients this server answers. */
  dialects: readonly DialectName[]
}

type Endpoint = 'classify' | 'embed' | 'explain'

/** Sends a real photo to the API, and shows the request as code and what the server answers. */
export function TryIt({ site, models, model: first, explains, dialects }: TryItProps) {
  const t = useTranslations('api')
  const [photo, setPhoto] = useState<ChosenPhoto>(SAMPLES[0])
  const [endpoint, setEndpoint] = useState<Endpoint>('classify')
  const [model, setModel] = useState(first)
  const [topK, setTopK] = useState('3')
  const { state, send } = useAnswer()
  const query = new URLSearchParams({ model, ...(endpoint === 'classify' && { top_k: topK }) })
  const path = underBase(`/api/${endpoint}?${query}`)
  const name = photo instanceof File ? photo.name : photo.file
  const offered: Endpoint[] = ['classify', 'embed', ...(explains ? ['explain' as const] : [])]
  const endpoints = offered.map((value): { value: Endpoint; label: string } => ({
    value,
    label: t(value),
  }))
  return (
    <div className="mt-4 grid gap-8 rounded-card border border-line bg-card p-4 shadow-card sm:p-6 lg:grid-cols-2">
      <div className="grid min-w-0 grid-cols-1 content-start gap-5">
        <PhotoChoice photo={photo} onChoose={setPhoto} />
        <Segmented<Endpoint> label={t('what')} options={endpoints} value={endpoint} onChange={setEndpoint} />
        <Field label={t('model')}>
          {(id) => (
            <select id={id} value={model} onChange={(event) => setModel(event.target.value)} className={FIELD}>
              {models.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.title}
                </option>
              ))}
            </select>
          )}
        </Field>
        {endpoint === 'classify' && <Segmented label={t('labels')} options={COUNTS} value={topK} onChange={setTopK} />}
        <div>
          <Button variant="primary" disabled={state === 'sending'} onClick={() => send(path, photo)}>
            <Send aria-hidden />
            {t('send')}
          </Button>
        </div>
      </div>
      <div className="grid min-w-0 grid-cols-1 content-start gap-5">
        <RequestPreview
          request={{ method: 'POST', url: `${site}${withoutBase(path)}`, body: { file: name } }}
          client={{ site, endpoint, model, topK: Number(topK), file: name }}
          dialects={dialects}
        />
        <Reply state={state} />
      </div>
    </div>
  )
}

const COUNTS = ['1', '3', '5', '10'].map((value) => ({ value, label: value }))
const FIELD = 'h-10 w-full max-w-72 rounded-card border border-line-2 bg-card px-3 text-sm'

function Field({ label, children }: { label: string; children(id: string): ReactNode }) {
  const id = useId()
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <label htmlFor={id} className="w-20 text-ink-2 text-sm">
        {label}
      </label>
      <div className="min-w-0 flex-1">{children(id)}</div>
    </div>
  )
}

/** Sends one request at a time, and keeps what came of the last one. */
function useAnswer() {
  const [state, setState] = useState<ReplyState>(null)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])
  async function send(url: string, photo: ChosenPhoto): Promise<void> {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    const { signal } = controller
    setState('sending')
    try {
      const answer = await sendRequest(url, await bytesOf(photo, signal), signal)
      setState(answer)
    } catch {
      if (!signal.aborted) setState('failed')
    }
  }
  return { state, send }
}

async function bytesOf(photo: ChosenPhoto, signal: AbortSignal): Promise<Blob> {
  if (photo instanceof File) return photo
  const response = await fetch(underBase(`/gallery/${photo.file}`), { signal })
  if (!response.ok) throw new Error(`the gallery responded with ${response.status}`)
  return response.blob()
}
