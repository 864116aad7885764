// npm run bench -- train: trains on embeddings of hand signs and of kinds of things, and prints the accuracy on other
// photos, how often the 95% interval holds it, how well photos of other things are told apart, and how long it takes.
// Needs ../shared for the accuracy. Options: --draws 10 --coverage 200 (0 to skip) --large (50,000 examples as well)
// --no-times (accuracy only) --beside (only what training costs people who classify photos meanwhile)
import { parseArgs } from 'node:util'
import { ece } from '@/lib/shared/metrics/calibration'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { softmax, topK } from '@/lib/shared/metrics/scores'
import type { Example } from '@/lib/shared/training/example'
import { type Head, headScorer } from '@/lib/shared/training/head'
import { train } from '@/lib/shared/training/train'
import { machine } from './machine'
import { madeUp } from './made-up-examples'
import { besideTraining } from './train-beside'
import { accuracy, draw, type Task, tasks } from './train-tasks'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    draws: { type: 'string', default: '10' },
    coverage: { type: 'string', default: '200' },
    large: { type: 'boolean', default: false },
    'no-times': { type: 'boolean', default: false },
    beside: { type: 'boolean', default: false },
  },
})

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length
const percent = (share: number) => `${(100 * share).toFixed(1)} %`

/** Mean of the share of recognized photos of each label. */
function balanced(head: Head, tested: readonly Example[]): number {
  const labels = head.labels.filter((label) => tested.some((photo) => photo.label === label))
  return mean(
    labels.map((label) =>
      accuracy(
        head,
        tested.filter((photo) => photo.label === label),
      ),
    ),
  )
}

/** Expected calibration error of the scores. */
function calibrationError(head: Head, tested: readonly Example[]): number {
  const score = headScorer(head)
  return ece(
    tested.map((photo) => {
      const [best] = topK(softmax(score(photo).logits, head.temperature), 1)
      return { score: best?.score ?? 0, right: head.labels[best?.index ?? 0] === photo.label }
    }),
  )
}

async function accuracies({ name, photos }: Task, perLabel: number): Promise<void> {
  const rows: { plain: number; fair: number; estimate: number; off: number }[] = []
  for (let seed = 1; seed <= Number(values.draws); seed++) {
    const { trained, tested } = draw(photos, perLabel, seed)
    const { head, report } = await train(trained, { quick: true })
    rows.push({
      plain: accuracy(head, tested),
      fair: balanced(head, tested),
      estimate: report?.top1 ?? Number.NaN,
      off: calibrationError(head, tested),
    })
  }
  const of = (pick: (row: (typeof rows)[number]) => number) => percent(mean(rows.map(pick)))
  const estimate = perLabel === 1 ? 'nothing' : of((row) => row.estimate)
  console.log(
    `${name}, ${perLabel} photos a label: ${of((row) => row.plain)} right, ${of((row) => row.fair)} as the mean of labels, cross-validation says ${estimate}; calibration error ${of((row) => row.off)}`,
  )
}

async function coverage({ name, photos }: Task, perLabel: number, draws: number): Promise<void> {
  let [held, width] = [0, 0]
  for (let seed = 1; seed <= draws; seed++) {
    const { trained, tested } = draw(photos, perLabel, 1000 + seed)
    const { head, report } = await train(trained, { quick: true })
    const [low, high] = report?.top1_interval ?? [0, 1]
    const truth = accuracy(head, tested)
    if (low <= truth && truth <= high) held++
    width += (high - low) / draws
  }
  console.log(
    `${name}, ${perLabel} photos a label: the 95% interval held the accuracy in ${held} of ${draws} draws; mean width ${percent(width)}`,
  )
}

/** Area under the ROC curve: how often a known photo is more like the examples than another one. */
function auroc(known: readonly number[], others: readonly number[]): number {
  const sorted = [...others].sort((a, b) => a - b)
  const below = (value: number) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] as number) < value) low = middle + 1
      else high = middle
    }
    return low / sorted.length
  }
  return mean(known.map(below))
}

async function familiarity(task: Task, perLabel: number): Promise<void> {
  const areas: number[] = []
  const flagged: number[] = []
  const wrongly: number[] = []
  for (let seed = 1; seed <= Number(values.draws); seed++) {
    const { photos, others } = task.others.length > 0 ? task : leaveOut(task, seed)
    const { trained, tested } = draw(photos, perLabel, seed)
    const { head } = await train(trained, { quick: true })
    const score = headScorer(head)
    const below = head.likeness?.rule.below ?? 0
    const known = tested.map((photo) => score(photo).likeness ?? 0)
    const unknown = others.map((photo) => score(photo).likeness ?? 0)
    areas.push(auroc(known, unknown))
    flagged.push(mean(unknown.map((value) => Number(value < below))))
    wrongly.push(mean(known.map((value) => Number(value < below))))
  }
  console.log(
    `${task.name}, ${perLabel} photos a label: AUROC ${mean(areas).toFixed(3)} for other things; ${percent(mean(flagged))} of them flagged, and ${percent(mean(wrongly))} of the known`,
  )
}

/** Half of the labels stay, and photos of the others are other things. */
function leaveOut({ name, photos }: Task, seed: number): Task {
  const random = randomNumbers(seed)
  const labels = [...new Set(photos.map(({ label }) => label))].sort()
  const order = labels.map((label) => ({ label, at: random() })).sort((a, b) => a.at - b.at)
  const kept = new Set(order.slice(0, labels.length / 2).map(({ label }) => label))
  const others = photos.filter(({ label }) => !kept.has(label))
  return { name, photos: photos.filter(({ label }) => kept.has(label)), others }
}

async function time(labels: number, perLabel: number, quick = false): Promise<void> {
  const examples = madeUp(labels, perLabel)
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const { report } = await train(examples, { quick })
  const used = process.cpuUsage(cpu)
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  const memory = `${(process.resourceUsage().maxRSS / 1e3).toFixed(0)} MB at most`
  console.log(
    `${labels} labels × ${perLabel} photos${quick ? ', quick' : ''}: ${seconds(performance.now() - start)}, CPU ${seconds((used.user + used.system) / 1000)}, ${memory}, cross-validation ${percent(report?.top1 ?? 0)}`,
  )
}

/** The cost of scoring one photo with a trained model, once its embedding is known. */
async function scoring(labels: number): Promise<void> {
  const examples = madeUp(labels, 6)
  const { head } = await train(examples, { quick: true })
  const score = headScorer(head)
  const runs = 3000
  for (const example of examples) score(example)
  const cpu = process.cpuUsage()
  for (let run = 0; run < runs; run++) score(examples[run % examples.length] as Example)
  const microseconds = process.cpuUsage(cpu).user / runs
  console.log(`scoring a photo with a model of ${labels} labels: CPU ${microseconds.toFixed(0)} µs`)
}

async function times(): Promise<void> {
  await scoring(10)
  await time(5, 20, true)
  await time(5, 20, true)
  await time(10, 50)
  await time(100, 100)
  if (values.large) await time(500, 100)
}

console.log(`${machine()}\n`)
if (values.beside) {
  await besideTraining()
  process.exit(0)
}
if (!values['no-times']) await times()
for (const task of await tasks()) {
  for (const perLabel of [1, 5, 10, task.name === 'signs' ? 50 : 30]) await accuracies(task, perLabel)
  for (const perLabel of [10, 30]) await familiarity(task, perLabel)
  const draws = Number(values.coverage)
  if (draws > 0) await coverage(task, 10, draws)
}
