import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { madeUpExamples } from '../../../tests/support/embeddings'
import { softmax } from '../metrics/scores'
import type { Example } from './example'
import { type Head, headScorer, headUncertainty } from './head'
import { type Training, train } from './train'

const LABELS = ['ant', 'bee', 'cat', 'dog', 'eel']

function accuracy(head: Head, seed: number, noise: number, labels = LABELS): number {
  const score = headScorer(head)
  const photos = madeUpExamples({ labels, photos: 40, noise, seed })
  const right = photos.filter((photo) => {
    const { logits } = score(photo)
    return head.labels[logits.indexOf(Math.max(...logits))] === photo.label
  })
  return right.length / photos.length
}

/** Everything that training returns, as one hash. */
function digest({ head, report, curve, shrinkage }: Training): string {
  const hash = createHash('sha256')
  for (const values of [head.weights, head.bias, head.likeness?.center ?? new Float32Array()]) hash.update(values)
  return hash.update(JSON.stringify([head.temperature, head.likeness?.rule, report, curve, shrinkage])).digest('hex')
}

test('learns to tell labels apart, and says how well', async () => {
  const { head, report, curve } = await train(madeUpExamples({ labels: LABELS, photos: 12, noise: 3 }))
  const truth = accuracy(head, 99, 3)
  expect(truth).toBeGreaterThan(0.8)
  expect(report?.photos).toBe(60)
  expect(Math.abs((report?.top1 ?? 0) - truth)).toBeLessThan(0.12)
  const [low, high] = report?.top1_interval ?? [1, 0]
  expect([low < (report?.top1 ?? 0) - 0.03, high > (report?.top1 ?? 0) + 0.03, low > 0.5]).toEqual([true, true, true])
  expect(head.labels).toEqual(LABELS)
  expect(curve?.points.map(({ photos }) => photos)).toEqual([2.4, 4.8, 7.2, 9.6].map((n) => expect.closeTo(n, 0)))
  expect(curve?.points.at(-1)?.accuracy).toBeGreaterThan(curve?.points[0]?.accuracy ?? 1)
})

test.each([
  ['more dimensions than examples', 40, 5],
  ['more examples than dimensions', 20, 12],
])('gives the same bytes in any order: %s', async (_name, dimensions, photos) => {
  const examples = madeUpExamples({ labels: LABELS, photos, dimensions, noise: 3 })
  const first = digest(await train(examples))
  expect(digest(await train(examples.toReversed()))).toBe(first)
  const shuffled = [...examples].sort((a, b) => a.embedding[0]! - b.embedding[0]!)
  expect(digest(await train(shuffled))).toBe(first)
})

test('a label with few photos is not at a disadvantage', async () => {
  const { head } = await train(
    madeUpExamples({ labels: LABELS, photos: [4, 40, 40, 40, 40], dimensions: 300, noise: 6 }),
  )
  const score = headScorer(head)
  const ants = madeUpExamples({ labels: LABELS, photos: 60, dimensions: 300, noise: 6, seed: 50 }).slice(0, 60)
  const found = ants.filter((photo) => {
    const { logits } = score(photo)
    return logits.indexOf(Math.max(...logits)) === 0
  })
  expect(found.length).toBeGreaterThan(40)
})

test('photos of other things are unlike the examples, and known ones are not', async () => {
  const known = ['ant', 'bee', 'cat']
  const { head } = await train(madeUpExamples({ labels: known, photos: 20 }))
  const score = headScorer(head)
  const flagged = (list: readonly Example[]) =>
    list.filter((one) => headUncertainty(head, score(one), [0.9, 0.05]) === 'unlike_known').length / list.length
  const photos = madeUpExamples({ labels: LABELS, photos: 50, seed: 9 })
  const of = (labels: readonly string[]) => photos.filter(({ label }) => labels.includes(label))
  expect(flagged(of(known))).toBeLessThan(0.15)
  expect(flagged(of(['dog', 'eel']))).toBeGreaterThan(0.9)
  expect(headUncertainty(head, { likeness: 0 }, [0.5, 0.45])).toBe('small_margin')
  expect(headUncertainty(head, { likeness: 0 }, [0.4, 0.2])).toBe('low_score')
  expect(headUncertainty(head, { likeness: 0 }, [0.9, 0.05])).toBeNull()
})

test('learns from the kinds of things as well, if every photo has them', async () => {
  // Embeddings that say nothing, and kinds that say it all.
  const photos = madeUpExamples({ labels: ['ant', 'bee'], photos: 20, noise: 30 }).map(
    (example, at): Example => ({ ...example, kinds: Float32Array.of(Number(at < 20), Number(at >= 20), at / 40) }),
  )
  const { head, report } = await train(photos)
  expect([head.dimensions, head.kinds, head.weights.length]).toEqual([40, 3, 2 * 43])
  expect(report?.top1).toBe(1)
  const score = headScorer(head)
  expect(
    photos.every((photo, at) => score(photo).logits[at < 20 ? 0 : 1]! > score(photo).logits[at < 20 ? 1 : 0]!),
  ).toBe(true)
  expect(() => score({ embedding: photos[0]!.embedding })).toThrow('Train it again')

  const { kinds: _kinds, ...without } = photos[0]!
  const mixed = await train([without, ...photos.slice(1)])
  expect([mixed.head.kinds, mixed.head.weights.length]).toEqual([0, 2 * 40])
  expect(mixed.report?.top1).toBeLessThan(1)

  const wrong = (kinds: Float32Array) => train([{ ...photos[0]!, kinds }, ...photos.slice(1)])
  await expect(wrong(Float32Array.of(0, 1))).rejects.toThrow('The kinds of the photo')
  await expect(wrong(Float32Array.of(0, 1, Number.NaN))).rejects.toThrow('The kinds of the photo')
})

test.each([1, 2, 3, 4])('scores are finite with %i photos of a label', async (photos) => {
  const { head } = await train(madeUpExamples({ labels: LABELS, photos: [photos, photos, 9, 9, 9], noise: 3 }))
  expect(head.temperature).toBeGreaterThan(0.01)
  expect([...head.weights, ...head.bias, head.temperature].every(Number.isFinite)).toBe(true)
})

test('scores are as high as results are right, though the final model has more photos than those of the folds', async () => {
  const rows = await Promise.all(
    [1, 2, 3, 4, 5, 6].map(async (seed) => {
      const options = { labels: LABELS, dimensions: 300, noise: 8 }
      const { head } = await train(madeUpExamples({ ...options, photos: 8, seed }))
      const score = headScorer(head)
      return madeUpExamples({ ...options, photos: 60, seed: 100 + seed }).map((photo) => {
        const scores = softmax(score(photo).logits, head.temperature)
        const best = Math.max(...scores)
        return [best, Number(head.labels[scores.indexOf(best)] === photo.label)] as const
      })
    }),
  )
  const mean = (at: 0 | 1) => rows.flat().reduce((sum, row) => sum + row[at], 0) / rows.flat().length
  expect(mean(0)).toBeGreaterThan(mean(1) - 0.06)
})

test('copies of a photo are never trained and tested on at the same time', async () => {
  // Pure noise: only a model that has seen a copy of a photo could know its label.
  const noise = madeUpExamples({ labels: ['a'], photos: 40, noise: 9 }).map((example, index) => ({
    ...example,
    label: index % 2 === 0 ? 'yes' : 'no',
  }))
  const nearly = (example: (typeof noise)[number], digit: string) => ({
    ...example,
    sha256: example.sha256.slice(1) + digit,
    embedding: example.embedding.map((value) => value * 1.01 + 0.001),
  })
  const { report, copies } = await train(noise.flatMap((one) => [one, one, nearly(one, 'a'), nearly(one, 'b')]))
  expect(report?.top1).toBeLessThan(0.75)
  expect(copies).toHaveLength(40)
  expect(copies[0]?.examples).toHaveLength(4)
})

test('points out wrong labels, and the same photo with two labels', async () => {
  const examples = madeUpExamples({ labels: LABELS, photos: 15 })
  examples[3] = { ...examples[3]!, label: 'eel' }
  examples.push({ ...examples[20]!, label: 'cat' })
  const { suspicious, copies } = await train(examples)
  expect(suspicious[0]).toMatchObject({ example: 3, label: 'eel', looksLike: 'ant' })
  expect(copies).toEqual([{ examples: [20, 75], labels: ['bee', 'cat'] }])
})

test('labels with one or two photos', async () => {
  const one = await train(madeUpExamples({ labels: LABELS, photos: 1 }))
  expect([one.report, one.curve, one.shrinkage, one.head.likeness]).toEqual([null, null, null, null])
  expect(accuracy(one.head, 5, 0.5)).toBeGreaterThan(0.9)
  const mixed = await train(madeUpExamples({ labels: LABELS, photos: [1, 2, 9, 9, 9] }))
  expect(mixed.report?.photos).toBe(29)
  // The label that couldn't be tested needs photos first.
  expect(mixed.needs[0]).toEqual({ label: 'ant', photos: 1, recall: null, gain: null })
  expect(accuracy(mixed.head, 5, 1)).toBeGreaterThan(0.9)
})

test('quick training gives the same head, without the learning curve', async () => {
  const examples = madeUpExamples({ labels: LABELS, photos: 9 })
  const [full, quick] = [await train(examples), await train(examples, { quick: true })]
  expect(quick.curve).toBeNull()
  expect(quick.head).toEqual(full.head)
})

test('reports progress, lets other tasks run, and stops when it is aborted', async () => {
  const examples = madeUpExamples({ labels: LABELS, photos: 60, dimensions: 400 })
  const shares: number[] = []
  let pauses = 0
  const pause = async () => {
    pauses++
  }
  await train(examples, {}, { pause, onProgress: (share) => shares.push(share) })
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  expect(shares.at(-1)).toBe(1)
  expect(pauses).toBeGreaterThan(1)
  const abort = new AbortController()
  const aborted = train(examples, {}, { signal: abort.signal, pause: async () => abort.abort(new Error('stopped')) })
  await expect(aborted).rejects.toThrow('stopped')
})

test('refuses examples that it cannot train on', async () => {
  const good = madeUpExamples({ labels: ['a', 'b'], photos: 2 })
  const renamed = (label: string) => good.map((one) => (one.label === 'b' ? { ...one, label } : one))
  const changed = (change: object) => [...good.slice(1), { ...good[0]!, ...change }]
  const detail = async (examples: typeof good, labels?: string[]) =>
    await train(examples, { labels }).then(
      () => 'none',
      (error) => error.detail,
    )
  expect(await detail(good.slice(0, 2))).toBe('A model needs photos of at least two labels.')
  expect(await detail(good, ['a', 'b', 'c'])).toBe('The label "c" has no photos.')
  expect(await detail(good, ['a', 'c'])).toBe('The label "c" has no photos.')
  expect(await detail(renamed('A '))).toBe('The labels "a" and "A " have the same name.')
  expect(await detail(renamed('\uff41'))).toBe('The labels "a" and "\uff41" have the same name.')
  expect(await detail(renamed(' \u00a0'))).toBe('A label has no name.')
  expect(await detail(renamed('b\u0000'))).toBe('A label has control characters.')
  expect(await detail(renamed('b\u202e'))).toBe('A label has control characters.')
  expect(await detail(renamed('\ud800'))).toBe('A label has control characters.')
  expect(await detail(renamed('<b>'))).toBe('The label "<b>" contains < or >.')
  expect(await detail(renamed('b'.repeat(101)))).toBe("A label's name is longer than 100 characters.")
  expect(await detail(changed({ embedding: new Float32Array(39) }))).toContain(
    'has 39 values; that of the first photo has 40',
  )
  expect(await detail(changed({ embedding: new Float32Array(40).fill(Number.NaN) }))).toContain("isn't a number")
  expect(await detail(changed({ embedding: new Float32Array(40).fill(Infinity) }))).toContain("isn't a number")
  expect(await detail(changed({ sha256: 'A' }))).toBe('The SHA-256 of a photo is not 64 lowercase hex digits.')
  expect(await detail(Array(50_001).fill(good[0]))).toBe('There are 50001 photos; the limit is 50000.')
  const many = Array.from({ length: 1001 }, (_, index) => ({ ...good[0]!, label: `label ${index}` }))
  expect(await detail(many)).toBe('There are 1001 labels; the limit is 1000.')
})

test('embeddings of zeros and negative values are no trouble', async () => {
  const examples = madeUpExamples({ labels: ['a', 'b'], photos: 5 }).map((one, index) => ({
    ...one,
    embedding: index === 0 ? new Float32Array(40) : one.embedding.map((value, at) => (at % 2 ? -value : value)),
  }))
  const { head, report } = await train(examples)
  expect([...head.weights, ...head.bias, head.temperature].every(Number.isFinite)).toBe(true)
  expect(report?.top1).toBeGreaterThan(0.7)
})
