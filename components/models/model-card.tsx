import { bytes, percent } from '@/lib/shared/format'
import type { ModelDetails } from '@/lib/shared/model-details'
import { Latency } from './latency'

/** One model: what it is, how good, how honest, how fast. */
export function ModelCard({ model }: { model: ModelDetails }) {
  return (
    <article className="flex w-full flex-col rounded-card border border-line bg-card p-5 shadow-card">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="mr-auto font-semibold text-base">{model.title}</h2>
        {model.default ? (
          <Badge tone="accent">{model.type ? `${model.type}, default` : 'default'}</Badge>
        ) : (
          model.type && <Badge tone="plain">{model.type}</Badge>
        )}
        <Status model={model} />
      </div>
      <p className="mt-1 break-all font-mono text-ink-3 text-xs">{model.id}</p>
      {model.error !== null ? (
        <p className="mt-4 text-bad text-sm [overflow-wrap:anywhere]">Does not serve: {model.error}.</p>
      ) : (
        <Figures model={model} />
      )}
    </article>
  )
}

function Figures({ model }: { model: ModelDetails }) {
  const { evaluation, published } = model
  return (
    <>
      <div className="mt-5">
        <p className="font-semibold text-xl tabular-nums tracking-tight">
          {evaluation ? `${percent(evaluation.top1)} %` : 'not measured'}
          {evaluation && (
            <span className="ml-2 font-normal text-ink-2 text-sm tracking-normal">right at the first label</span>
          )}
        </p>
        <p className="mt-1 text-ink-3 text-xs">
          {evaluation
            ? `${evaluation.images} ${evaluation.dataset.replace(/^\d+ /, '')}; 95 %: ${interval(evaluation.top1_interval)}. First five labels: ${percent(evaluation.top5)} %`
            : 'vision eval measures it on your photos.'}
        </p>
      </div>
      <dl className="mt-5 grid grid-cols-[auto_1fr] gap-x-5 gap-y-2.5 text-sm [&_dd]:text-right [&_dd]:tabular-nums [&_dt]:text-ink-2">
        <dt>Published</dt>
        <dd title={published?.source}>{published ? `${percent(published.value)} %` : 'unverified'}</dd>
        <dt>Confidence</dt>
        <dd>{model.calibrated ? 'calibrated' : 'not calibrated'}</dd>
        {evaluation && model.calibrated && (
          <>
            <dt>Calibration error</dt>
            <dd
              title={`A perfectly calibrated model would show ${interval(evaluation.ece_of_perfect)} on as many photos.`}
            >
              {percent(evaluation.ece)} %
            </dd>
          </>
        )}
        <dt>Says “not sure”</dt>
        <dd>{doubt(model)}</dd>
        <dt>Labels</dt>
        <dd>{model.classes.toLocaleString('en')}</dd>
        <dt>Input</dt>
        <dd>{model.input ? `${model.input.width} × ${model.input.height}` : '–'}</dd>
        <dt>Size</dt>
        <dd>{bytes(model.bytes)}</dd>
        <dt>Licence</dt>
        <dd>{model.license ?? 'not said'}</dd>
        <dt>Revision</dt>
        <dd className="font-mono text-xs leading-5" title={model.revision}>
          {model.revision.slice(7, 19)}
        </dd>
      </dl>
      <Latency model={model.id} ready={model.status === 'ready'} />
      {model.limits && (
        <details className="mt-4 border-line border-t pt-4 text-sm">
          <summary className="cursor-pointer font-medium text-ink-2 hover:text-ink">Source and limits</summary>
          <p className="mt-2 text-ink-2">{model.source}.</p>
          <p className="mt-2 text-ink-2">{model.limits}.</p>
        </details>
      )}
    </>
  )
}

function doubt({ knowsDoubt, evaluation }: ModelDetails): string {
  if (!knowsDoubt) return 'never'
  return evaluation ? `${percent(evaluation.uncertain)} % of photos` : 'yes'
}

function interval([low, high]: readonly [number, number]): string {
  return `${percent(low)} to ${percent(high)}\u00a0%`
}

function Status({ model }: { model: ModelDetails }) {
  if (model.status === 'failed') return <Badge tone="bad">failed</Badge>
  return model.status === 'loading' ? <Badge tone="plain">loading</Badge> : null
}

const TONES = { plain: 'bg-sunk text-ink-2', accent: 'bg-accent-soft text-accent', bad: 'bg-bad-soft text-bad' }

function Badge({ tone, children }: { tone: keyof typeof TONES; children: string }) {
  return <span className={`rounded-full px-2.5 py-0.5 font-medium text-xs ${TONES[tone]}`}>{children}</span>
}
