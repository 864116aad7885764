import { randomNumbers } from '@/lib/shared/metrics/random'
import { type LabelingModel, LabelingOrder } from '@/lib/shared/training/labeling/labeling-order'
import { runWork } from '@/lib/shared/training/work'
import { collages, type EmbeddedCollage, testOn, trainOn } from './train-collages'

/** The model is good enough at this share of its mAP with all labels. */
const GOOD_ENOUGH = 0.9
const STAYS = 5
/** Collages that the person labels before the model learns again. */
const STEP = 4

type Order = 'random' | 'coverage' | 'page'

async function modelOf(labeled: readonly EmbeddedCollage[]): Promise<LabelingModel | null> {
  if (new Set(labeled.flatMap(({ labels }) => labels)).size < 2) return null
  const { head } = await trainOn(labeled)
  return { head, counts: head.labels.map((name) => labeled.filter(({ labels }) => labels.includes(name)).length) }
}

/** How many collages have to be labeled until the model is good enough. */
async function labelsNeeded(pool: readonly EmbeddedCollage[], order: Order, good: (model: LabelingModel) => boolean) {
  const labelingOrder = new LabelingOrder<EmbeddedCollage>()
  const labeled: EmbeddedCollage[] = []
  let [model, stays] = [null as LabelingModel | null, 0]
  while (labeled.length < pool.length) {
    const candidates = pool.filter((photo) => !labeled.includes(photo))
    const used = order === 'page' ? model : null
    const request = { candidates, covered: labeled, model: used, count: STEP }
    labeled.push(...(order === 'random' ? candidates.slice(0, STEP) : await runWork(labelingOrder.next(request))))
    model = await modelOf(labeled)
    stays = model && good(model) ? stays + 1 : 0
    if (stays === STAYS) break
  }
  return labeled.length - STEP * Math.max(0, stays - 1)
}

const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length

/** Prints how many collages a person labels in each order. */
export async function compareCollages(draws: number): Promise<void> {
  const found = await collages()
  if (!found) return
  const needed: Record<Order, number[]> = { random: [], coverage: [], page: [] }
  for (let seed = 1; seed <= draws; seed++) {
    const random = randomNumbers(seed)
    const shuffled = found.trained.map((photo) => ({ photo, at: random() })).sort((a, b) => a.at - b.at)
    const pool = shuffled.slice(0, 200).map(({ photo }) => photo)
    const final = testOn(await trainOn(pool), found.tested).chosen.map
    const good = ({ head }: LabelingModel) =>
      testOn({ head } as Parameters<typeof testOn>[0], found.tested).chosen.map >= GOOD_ENOUGH * final
    for (const order of ['random', 'coverage', 'page'] as const)
      needed[order].push(await labelsNeeded(pool, order, good))
  }
  for (const [order, counts] of Object.entries(needed))
    console.log(`collages, order ${order}: ${counts.join(' ')}, mean ${mean(counts).toFixed(1)}`)
  console.log(`collages: ${(mean(needed.page) / mean(needed.random)).toFixed(2)} times the labels of random order\n`)
}
