import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import type { Head } from '@/lib/shared/training/head'
import { FeatureCache } from '@/lib/shared/training/labeling/feature-cache'
import { Guesser } from '@/lib/shared/training/labeling/guesser'
import { type LabelingModel, LabelingOrder } from '@/lib/shared/training/labeling/labeling-order'
import type { MultiLabelReport } from '@/lib/shared/training/multi-label/report'
import { type MultiLabelTraining, trainMultiLabel } from '@/lib/shared/training/multi-label/train'
import { type Training, train } from '@/lib/shared/training/train'
import { runWork } from '@/lib/shared/training/work'
import type { FromTrainingWorker, LabelingQuestion, ToTrainingWorker } from './training-protocol'
import type { HardLabel, TrainedModel } from './types'

type Photo = Omit<Example, 'label'>

interface LastModel extends LabelingModel {
  /** What it was trained with. */
  labeled: readonly { id: number; label: number }[]
}

/** Trains beside the page, so that nothing stutters. It keeps the embeddings; each training only names photos. */
const examples = new Map<number, Photo>()
const features = new FeatureCache()
const order = new LabelingOrder<Photo>(undefined, features)
const guesser = new Guesser<Photo>(features)
let current = new AbortController()
/** Of the last training. */
let model: LastModel | null = null
let answered: Promise<void> = Promise.resolve()

self.onmessage = ({ data }: MessageEvent<ToTrainingWorker>) => {
  if (data.kind === 'add') examples.set(data.id, { sha256: data.sha256, embedding: data.embedding, kinds: data.kinds })
  else if (data.kind === 'forget') for (const id of data.ids) examples.delete(id)
  else if (data.kind === 'ask')
    answered = answered.then(() => respond(data.number, data.question)).catch((error) => self.reportError(error))
  else {
    current.abort()
    current = new AbortController()
    void run(data, current.signal)
  }
}

async function run(
  { run: number, photos, multiLabel }: Extract<ToTrainingWorker, { kind: 'train' }>,
  signal: AbortSignal,
): Promise<void> {
  const known = photos.filter(({ id }) => examples.has(id))
  const list = known.map(({ id, label }) => ({ label, ...(examples.get(id) as Photo) }))
  const ids = known.map(({ id }) => id)
  try {
    // The learning curve takes a third of the time, and the page shows it last.
    for (const quick of [true, false]) {
      const trained = multiLabel
        ? ofSeveral(await trainMultiLabel(list, { quick }, { signal }), ids)
        : named(await train(list, { quick }, { signal }), ids)
      model = lastModel(trained.head, known)
      self.postMessage({ run: number, model: trained, complete: !quick } satisfies FromTrainingWorker)
    }
  } catch (error) {
    if (signal.aborted) return
    const fault = error instanceof Problem ? error.detail : String(error)
    self.postMessage({ run: number, fault } satisfies FromTrainingWorker)
  }
}

function lastModel(head: Head, photos: readonly { id: number; label: string }[]): LastModel {
  const indexes = new Map(head.labels.map((name, index) => [name, index]))
  const labeled = photos.flatMap(({ id, label }) => {
    const index = indexes.get(label)
    return index === undefined ? [] : [{ id, label: index }]
  })
  const counts = head.labels.map(() => 0)
  for (const { label } of labeled) counts[label] = (counts[label] as number) + 1
  return { head, counts, labeled }
}

/** The model, with a head that has also learned from the photos that wait for a label. */
async function guessing({ head, counts, labeled }: LastModel, open: readonly Photo[]): Promise<LabelingModel> {
  const known = labeled.flatMap(({ id, label }) => {
    const photo = examples.get(id)
    return photo ? [{ photo, label }] : []
  })
  return { head: await runWork(guesser.learn(head, known, open)), counts }
}

async function respond(number: number, question: LabelingQuestion): Promise<void> {
  const idOf = new Map<Photo, number>()
  const photosOf = (ids: readonly number[]) =>
    ids.flatMap((id) => {
      const photo = examples.get(id)
      if (photo) idOf.set(photo, id)
      return photo ? [photo] : []
    })
  const candidates = photosOf(question.candidates)
  const used = question.useModel && model ? await guessing(model, candidates) : null
  const { count } = question
  let photos: readonly Photo[] = []
  if (question.kind === 'next') {
    photos = await runWork(order.next({ candidates, covered: photosOf(question.covered), model: used, count }))
  } else {
    const [to] = photosOf([question.to])
    if (to) photos = await runWork(order.similar({ to, candidates, model: used, count }))
  }
  const ids = photos.map((photo) => idOf.get(photo) as number)
  self.postMessage({ number, ids, guesser: used?.head ?? null } satisfies FromTrainingWorker)
}

/** The model of photos that may have several labels. Mistakes aren't listed: a photo may have some of its labels right. */
function ofSeveral(training: MultiLabelTraining, ids: readonly number[]): TrainedModel {
  const { head, photos, report, curve, needs, doubtful, copies } = training
  const id = (position: number) => ids[position] as number
  const figures = report && {
    map: report.map,
    interval: report.map_interval,
    micro: report.micro_f1,
    macro: report.macro_f1,
    photos: report.photos,
    hard: hardLabels(report, head.labels),
  }
  const nothing = { accuracy: null, mistakes: [], suspicious: [] }
  return {
    head,
    photos,
    multiLabel: figures,
    curve,
    needs,
    doubtful: doubtful.map(({ example, label, has }) => ({ photo: id(example), label, has })),
    copies: copies.map(({ examples: positions, labels }) => ({ photos: positions.map(id), labels })),
    ...nothing,
  }
}

function hardLabels({ classes }: MultiLabelReport, labels: readonly string[]): HardLabel[] {
  return classes.flatMap(({ index, support, precision, recall }) => {
    const right = Math.round((recall ?? 0) * support)
    // The report doesn't say how often a label was chosen that was never right.
    const wrong = precision ? Math.round(right / precision) - right : 0
    const label = labels[index] as string
    return right < support || wrong > 0 ? [{ label, photos: support, missed: support - right, wrong }] : []
  })
}

/** Names photos by their IDs instead of their positions. */
function named(training: Training, ids: readonly number[]): TrainedModel {
  const { head, report, curve, needs, mistakes, suspicious, copies } = training
  const id = (position: number) => ids[position] as number
  return {
    head,
    photos: ids.length,
    accuracy: report && { share: report.top1, interval: report.top1_interval, photos: report.photos },
    multiLabel: null,
    curve,
    needs,
    mistakes: mistakes.map(({ example, ...mistake }) => ({ photo: id(example), ...mistake })),
    doubtful: [],
    suspicious: suspicious.map(({ example, label, looksLike }) => ({ photo: id(example), label, looksLike })),
    copies: copies.map(({ examples: positions, labels }) => ({ photos: positions.map(id), labels })),
  }
}
