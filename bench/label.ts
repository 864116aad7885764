// npm run bench -- label: a simulated person labels hand signs and kinds of things, one photo after the other, in random
// order and in the order of the page, and prints how many labels it takes until the model is nearly as accurate as with
// all labels. It also prints the time of each choice. Needs ../shared. Options: --draws 12 --only signs --no-times
// --page (only how smoothly a browser labels 1,000 photos)
import { parseArgs } from 'node:util'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { type LabelingModel, LabelingOrder } from '@/lib/shared/training/labeling/labeling-order'
import { train } from '@/lib/shared/training/train'
import { runWork } from '@/lib/shared/training/work'
import { compareCollages } from './label-collages'
import { labelingPage } from './label-page'
import { labelingTimes } from './label-times'
import { machine } from './machine'
import { accuracy, type TaskPhoto, tasks } from './train-tasks'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    draws: { type: 'string', default: '12' },
    only: { type: 'string' },
    'no-times': { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
})

/** The model is good enough at this share of its accuracy with all labels. */
const GOOD_ENOUGH = 0.9
/** It has to stay good enough for so many labels, since accuracy goes up and down. */
const STAYS = 5
/** The person labels this photo while the next one is chosen. */
const SHOWN = 1

type Order = 'random' | 'page'

/** Half of the subjects are labeled, and the photos of the others are tested on. */
function split(photos: readonly TaskPhoto[], seed: number) {
  const random = randomNumbers(seed)
  const subjects = [...new Set(photos.map(({ subject }) => subject))].sort()
  const order = subjects.map((subject) => ({ subject, at: random() })).sort((a, b) => a.at - b.at)
  const pool = new Set(order.slice(0, order.length >> 1).map(({ subject }) => subject))
  return {
    pool: photos.filter(({ subject }) => pool.has(subject)),
    tested: photos.filter(({ subject }) => !pool.has(subject)),
    random,
  }
}

/** The model that learns from all labels so far. */
async function modelOf(labeled: readonly TaskPhoto[]): Promise<LabelingModel> {
  const { head } = await train(labeled, { quick: true })
  return { head, counts: head.labels.map((name) => labeled.filter(({ label }) => label === name).length) }
}

/** Chooses the next photo. */
function chooser(order: Order, pool: readonly TaskPhoto[], random: () => number) {
  const shuffled = pool.map((photo) => ({ photo, at: random() })).sort((a, b) => a.at - b.at)
  const labelingOrder = new LabelingOrder<TaskPhoto>()
  return async (covered: readonly TaskPhoto[], model: LabelingModel | null): Promise<TaskPhoto | undefined> => {
    if (order === 'random') return shuffled[covered.length]?.photo
    const seen = new Set(covered)
    const candidates = pool.filter((photo) => !seen.has(photo))
    const [next] = await runWork(labelingOrder.next({ candidates, covered, model, count: 1 }))
    return next
  }
}

/** How many labels it takes until the model is good enough. */
async function labelsNeeded(photos: readonly TaskPhoto[], order: Order, seed: number) {
  const { pool, tested, random } = split(photos, seed)
  const final = accuracy((await train(pool, { quick: true })).head, tested)
  const next = chooser(order, pool, random)
  const shown: TaskPhoto[] = []
  let [model, good] = [null as LabelingModel | null, 0]
  for (;;) {
    const photo = await next(shown, model)
    if (!photo) return { labels: shown.length - SHOWN, final }
    shown.push(photo)
    // The newest photo has no label yet.
    const labeled = shown.slice(0, -SHOWN)
    if (new Set(labeled.map(({ label }) => label)).size < 2) continue
    model = await modelOf(labeled)
    good = accuracy(model.head, tested) >= GOOD_ENOUGH * final ? good + 1 : 0
    if (good === STAYS) return { labels: labeled.length - STAYS + 1, final }
  }
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length

async function compare(name: string, photos: readonly TaskPhoto[]): Promise<void> {
  const needed: Record<Order, number> = { random: 0, page: 0 }
  for (const order of ['random', 'page'] as const) {
    const runs: Awaited<ReturnType<typeof labelsNeeded>>[] = []
    for (let seed = 1; seed <= Number(values.draws); seed++) runs.push(await labelsNeeded(photos, order, seed))
    const labels = runs.map((run) => run.labels)
    needed[order] = mean(labels)
    const spread = Math.sqrt(mean(labels.map((count) => (count - needed[order]) ** 2)))
    const accuracies = `${(100 * GOOD_ENOUGH).toFixed(0)} % of ${(100 * mean(runs.map(({ final }) => final))).toFixed(1)} %`
    console.log(
      `${name}, order ${order}: ${needed[order].toFixed(1)} labels (standard deviation ${spread.toFixed(1)}) for ${accuracies}`,
    )
  }
  console.log(`${name}: ${(needed.page / needed.random).toFixed(2)} times the labels of random order\n`)
}

console.log(`${machine()}\n`)
if (values.page) {
  await labelingPage(1000)
  process.exit(0)
}
if (!values['no-times']) await labelingTimes()
for (const { name, photos } of await tasks()) {
  if (values.only === undefined || values.only === name) await compare(name, photos)
}
if (values.only === undefined || values.only === 'collages') await compareCollages(Number(values.draws))
