import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import { type Training, train } from '@/lib/shared/training/train'
import type { FromTrainingWorker, ToTrainingWorker } from './training-protocol'
import type { TrainedModel } from './types'

/** Trains beside the page, so that nothing stutters. It keeps the embeddings; each training only names photos. */
const examples = new Map<number, Omit<Example, 'label'>>()
let current = new AbortController()

self.onmessage = ({ data }: MessageEvent<ToTrainingWorker>) => {
  if (data.kind === 'add') examples.set(data.id, { sha256: data.sha256, embedding: data.embedding, kinds: data.kinds })
  else if (data.kind === 'forget') for (const id of data.ids) examples.delete(id)
  else {
    current.abort()
    current = new AbortController()
    void run(data.run, data.photos, current.signal)
  }
}

async function run(
  number: number,
  photos: readonly { id: number; label: string }[],
  signal: AbortSignal,
): Promise<void> {
  const known = photos.filter(({ id }) => examples.has(id))
  const list = known.map(({ id, label }) => ({ label, ...(examples.get(id) as Omit<Example, 'label'>) }))
  const ids = known.map(({ id }) => id)
  try {
    // The learning curve takes a third of the time, and the page shows it last.
    for (const quick of [true, false]) {
      const model = named(await train(list, { quick }, { signal }), ids)
      self.postMessage({ run: number, model, complete: !quick } satisfies FromTrainingWorker)
    }
  } catch (error) {
    if (signal.aborted) return
    const fault = error instanceof Problem ? error.detail : String(error)
    self.postMessage({ run: number, fault } satisfies FromTrainingWorker)
  }
}

/** Names photos by their IDs instead of their positions. */
function named(training: Training, ids: readonly number[]): TrainedModel {
  const { head, report, curve, needs, mistakes, suspicious, copies } = training
  const id = (position: number) => ids[position] as number
  return {
    head,
    photos: ids.length,
    accuracy: report && { share: report.top1, interval: report.top1_interval, photos: report.photos },
    curve,
    needs,
    mistakes: mistakes.map(({ example, ...mistake }) => ({ photo: id(example), ...mistake })),
    suspicious: suspicious.map(({ example, label, looksLike }) => ({ photo: id(example), label, looksLike })),
    copies: copies.map(({ examples: positions, labels }) => ({ photos: positions.map(id), labels })),
  }
}
