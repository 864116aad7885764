// npm run bench -- label: a simulated person labels hand signs and kinds of things, one photo after the other, in random
// order and in the order of the page, and prints how many labels it takes until the model is nearly as accurate as with
// all labels. It also prints the time of each choice. Needs ../shared. Options: --draws 12 --only signs --no-times
// --page (only how smoothly a browser labels 1,000 photos)
import { parseArgs } from 'node:util'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { Guesser } from '@/lib/shared/training/labeling/guesser'
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
/** Learns from labeled photos alone, or as the guesses of the page do, also from those without a label. */
type Learner = 'labeled' | 'guesser'

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
async function modelOf(labeled: readonly TaskPhoto[], pool: readonly TaskPhoto[], guesser: Guesser<TaskPhoto> | null) {
  const { head } = await train(labeled, { quick: true })
  const counts = head.labels.map((name) => labeled.filter(({ label }) => label === name).length)
  if (guesser === null) return { head, counts }
  const known = new Set(labeled)
  const examples = labeled.map((photo) => ({ photo, label: head.labels.indexOf(photo.label) }))
  const open = pool.filter((photo) => !known.has(photo))
  return { head: await runWork(guesser.learn(head, examples, open)), counts }
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
async function labelsNeeded(photos: readonly TaskPhoto[], order: Order, learner: Learner, seed: number) {
  const { pool, tested, random } = split(photos, seed)
  const final = accuracy((await train(pool, { quick: true })).head, tested)
  const next = chooser(order, pool, random)
  const guesser = learner === 'guesser' ? new Guesser<TaskPhoto>() : null
  const shown: TaskPhoto[] = []
  let [model, good] = [null as LabelingModel | null, 0]
  for (;;) {
    const photo = await next(shown, model)
    if (!photo) return { labels: shown.length - SHOWN, final }
    shown.push(photo)
    // The newest photo has no label yet.
    const labeled = shown.slice(0, -SHOWN)
    if (new Set(labeled.map(({ label }) => label)).size < 2) continue
    model = await modelOf(labeled, pool, guesser)
    good = accuracy(model.head, tested) >= GOOD_ENOUGH * final ? good + 1 : 0
    if (good === STAYS) return { labels: labeled.length - STAYS + 1, final }
  }
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length

/** What each is compared with: random order, and a model of labeled photos alone. */
const COMPARED: readonly [Order, Learner][] = [
  ['random', 'labeled'],
  ['random', 'guesser'],
  ['page', 'labeled'],
  ['page', 'guesser'],
]

async function compare(name: string, photos: readonly TaskPhoto[]): Promise<void> {
  let usual = Number.NaN
  for (const [order, learner] of COMPARED) {
    const runs: Awaited<ReturnType<typeof labelsNeeded>>[] = []
    for (let seed = 1; seed <= Number(values.draws); seed++) runs.push(await labelsNeeded(photos, order, learner, seed))
    const labels = runs.map((run) => run.labels)
    const needed = mean(labels)
    if (Number.isNaN(usual)) usual = needed
    const spread = Math.sqrt(mean(labels.map((count) => (count - needed) ** 2)))
    const final = `${(100 * GOOD_ENOUGH).toFixed(0)} % of ${(100 * mean(runs.map((run) => run.final))).toFixed(1)} %`
    const figures = `${needed.toFixed(1)} labels (standard deviation ${spread.toFixed(1)}) for ${final}`
    console.log(
      `${name}, order ${order}, learns from ${learner}: ${figures}, ${(needed / usual).toFixed(2)} times as many`,
    )
  }
  console.log()
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
