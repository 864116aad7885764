import { expect, test } from 'vitest'
import { madeUpExamples } from '../../../tests/support/embeddings'
import type { Example } from '../../shared/training/example'
import { train } from '../../shared/training/train'
import { guessesOf } from './guesses'

const LABELS = ['ant', 'bee', 'cat', 'dog'].map((name, id) => ({ id, name }))
const names = LABELS.map(({ name }) => name)

test('a label keeps its key while the photo is shown, though the model has learned since', async () => {
  const examples = madeUpExamples({ labels: names, photos: 8 })
  const { head } = await train(examples)
  const [{ embedding, sha256 }] = examples as [Example]
  const photo = { embedding, sha256, kinds: null, revision: '' }
  const shown = guessesOf({ head: null, guesser: null }, photo, LABELS.slice(0, 3)).list.map(({ label }) => label)
  expect(shown).toEqual(['cat', 'bee', 'ant'])
  const learned = guessesOf({ head, guesser: null }, photo, LABELS, shown).list
  expect(learned.map(({ label }) => label)).toEqual(['cat', 'bee', 'ant', 'dog'])
  expect(learned.find(({ label }) => label === 'ant')?.score).toBeGreaterThan(0.5)
  // The next photo has the best guess under the first key.
  expect(guessesOf({ head, guesser: null }, photo, LABELS).list[0]?.label).toBe('ant')
  // A label that was removed gives its key up.
  expect(guessesOf({ head, guesser: null }, photo, LABELS.slice(1), shown).list.map(({ label }) => label)).toEqual([
    'cat',
    'bee',
    'dog',
  ])
})
