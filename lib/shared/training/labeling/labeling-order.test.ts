import { expect, test } from 'vitest'
import { madeUp } from '@/bench/made-up-examples'
import { randomNumbers } from '@/lib/shared/metrics/random'
import type { Example } from '../example'
import { train } from '../train'
import { runWork } from '../work'
import { type LabelingModel, LabelingOrder } from './labeling-order'

const LABELS = 4

/** Photos whose SHA-256 says nothing about their label. */
function photos(perLabel: number): Example[] {
  const list = madeUp(LABELS, perLabel)
  const random = randomNumbers(7)
  return list.map((photo) => ({
    ...photo,
    sha256: Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(64, '0'),
  }))
}

async function modelOf(labeled: readonly Example[]): Promise<LabelingModel> {
  const { head } = await train(labeled, { quick: true })
  return { head, counts: head.labels.map((name) => labeled.filter(({ label }) => label === name).length) }
}

const next = (
  candidates: readonly Example[],
  covered: readonly Example[],
  model: LabelingModel | null,
  count: number,
  order = new LabelingOrder<Example>(),
) => runWork(order.next({ candidates, covered, model, count }))

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed)
  return list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

test('the choice depends on the photos alone: neither on their order nor on what was asked before', async () => {
  const all = photos(12)
  const labeled = all.filter((_, at) => at % 6 === 0)
  const open = all.filter((_, at) => at % 6 !== 0)
  const model = await modelOf(labeled)
  const expected = await next(open, labeled, model, 10)
  expect(await next(shuffled(open, 1), shuffled(labeled, 2), model, 10)).toEqual(expected)
  // One that followed the labels step by step, with steps that were taken back.
  const order = new LabelingOrder<Example>()
  await next(all, [], null, 3, order)
  await next(all.slice(5), all.slice(0, 5), null, 3, order)
  await next(open.slice(3), [...labeled, ...open.slice(0, 3)], model, 3, order)
  expect(await next(open, labeled, model, 10, order)).toEqual(expected)
})

test('labeled photos are never chosen, and all others are in the end', async () => {
  const all = photos(6)
  const labeled = all.slice(0, 8)
  const open = all.slice(8)
  const chosen = await next(open, labeled, await modelOf(labeled.concat(open.slice(-4))), 100)
  expect(new Set(chosen)).toEqual(new Set(open))
  expect(chosen.length).toBe(open.length)
  expect(await next([], labeled, null, 3)).toEqual([])
})

test('near copies do not follow one another while there is something else', async () => {
  const originals = photos(3)
  const copies = originals.flatMap((photo, at) =>
    [photo, photo, photo].map((one, copy) => ({
      ...one,
      sha256: `${at.toString(16)}${copy}`.padStart(64, '0'),
      embedding: one.embedding.map((value, i) => (i % 97 === copy ? value * 1.01 : value)),
    })),
  )
  const originalOf = (photo: Example) => Math.floor(copies.indexOf(photo as (typeof copies)[number]) / 3)
  const chosen = await next(copies, [], null, originals.length)
  expect(new Set(chosen.map(originalOf)).size).toBe(originals.length)
  // Nor the copy of a photo that is being labeled.
  const [shown] = chosen as [Example]
  const [following] = await next(
    copies.filter((photo) => photo !== shown),
    [shown],
    null,
    1,
  )
  expect(originalOf(following as Example)).not.toBe(originalOf(shown))
})

test('typical photos come first: one of each label before a second of any, and none that stands apart', async () => {
  const all = photos(20)
  const apart = {
    ...(all[0] as Example),
    embedding: (all[0] as Example).embedding.toReversed(),
    sha256: '0'.repeat(64),
  }
  const chosen = await next([...all, apart], [], null, LABELS)
  expect(new Set(chosen.map(({ label }) => label)).size).toBe(LABELS)
  expect(chosen).not.toContain(apart)
})

test('with a model, photos come first that it is not sure of', async () => {
  const all = photos(20)
  const [a, b] = [all[0] as Example, all[20] as Example]
  const between = {
    ...a,
    embedding: a.embedding.map((value, i) => (value + (b.embedding[i] as number)) / 2),
    sha256: 'f'.repeat(64),
  }
  const labeled = all.filter((_, at) => at % 20 < 10)
  const open = [...all.filter((_, at) => at % 20 >= 10), between]
  const [first] = await next(open, labeled, await modelOf(labeled), 1)
  expect(first).toBe(between)
})

test('of many photos, a sample is compared that does not depend on their order', async () => {
  const all = photos(25)
  const small = () => new LabelingOrder<Example>(20)
  const chosen = await next(all, [], null, 5, small())
  expect(await next(shuffled(all, 3), [], null, 5, small())).toEqual(chosen)
  expect(new Set(chosen).size).toBe(5)
})

test('similar photos get the same label by the model, the nearest first', async () => {
  const all = photos(10)
  const labeled = all.filter((_, at) => at % 2 === 0)
  const [to, ...others] = all.filter((_, at) => at % 2 === 1) as [Example, ...Example[]]
  const order = new LabelingOrder<Example>()
  const similar = (model: LabelingModel | null, candidates: readonly Example[]) =>
    runWork(order.similar({ to, candidates, model, count: 10 }))
  const found = await similar(await modelOf(labeled), others)
  expect(found.map(({ label }) => label)).toEqual(Array(4).fill(to.label))
  const copy = { ...to, sha256: 'e'.repeat(64) }
  expect((await similar(null, [...others, copy]))[0]).toBe(copy)
})
