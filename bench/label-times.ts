import type { Example } from '@/lib/shared/training/example'
import { Guesser } from '@/lib/shared/training/labeling/guesser'
import { type LabelingModel, LabelingOrder } from '@/lib/shared/training/labeling/labeling-order'
import { train } from '@/lib/shared/training/train'
import { runWork } from '@/lib/shared/training/work'
import { madeUp } from './made-up-examples'

const LABELS = 10
const LABELED = 100
const STEPS = 20
/** Photos that the page asks for at a time. */
const AHEAD = 3

/** Prints the CPU time that it takes to learn guesses and to choose the next photos, at the beginning and after each label. */
export async function labelingTimes(): Promise<void> {
  for (const count of [1000, 5000]) {
    const photos = madeUp(LABELS, count / LABELS)
    // In an order that has nothing to do with the labels.
    const mixed = photos.map((photo, at) => ({
      ...photo,
      sha256: ((at * 7919) % count).toString(16).padStart(64, '0'),
    }))
    const chooser = { order: new LabelingOrder<Example>(), guesser: new Guesser<Example>() }
    const labeled = mixed.filter((_, at) => at % (count / LABELED) === 0)
    const first = await timed(chooser, mixed, [], null)
    const known = new Set(labeled)
    const [before, after] = [await modelOf(labeled.slice(1)), await modelOf(labeled)]
    const others = mixed.filter((photo) => !known.has(photo))
    const model = await timed(chooser, others, labeled, before)
    const steps: number[] = []
    for (let step = 0; step < STEPS; step++) {
      const covered = [...labeled, ...others.slice(0, step + 1)]
      steps.push((await timed(chooser, others.slice(step + 1), covered, step % 2 === 0 ? after : before)).ms)
    }
    const median = steps.sort((a, b) => a - b)[STEPS >> 1] as number
    console.log(
      `${count} photos: the first choice takes CPU ${first.ms.toFixed(0)} ms, the first with ${LABELED} labels ${model.ms.toFixed(0)} ms; after each label, ${AHEAD} photos with a new model ${median.toFixed(0)} ms (worst of ${STEPS}: ${(steps.at(-1) as number).toFixed(0)} ms)`,
    )
  }
  console.log()
}

async function modelOf(labeled: readonly Example[]): Promise<LabelingModel> {
  const { head } = await train(labeled, { quick: true })
  return { head, counts: head.labels.map(() => LABELED / LABELS) }
}

const labeledOf = ({ head }: LabelingModel, photos: readonly Example[]) =>
  photos.slice(0, LABELED).map((photo) => ({ photo, label: head.labels.indexOf(photo.label) }))

async function timed(
  { order, guesser }: { order: LabelingOrder<Example>; guesser: Guesser<Example> },
  candidates: readonly Example[],
  covered: readonly Example[],
  model: LabelingModel | null,
) {
  const start = process.cpuUsage()
  const head = model && (await runWork(guesser.learn(model.head, labeledOf(model, covered), candidates)))
  await runWork(order.next({ candidates, covered, model: model && head && { ...model, head }, count: AHEAD }))
  const { user, system } = process.cpuUsage(start)
  return { ms: (user + system) / 1000 }
}
