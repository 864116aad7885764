import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderObjects } from '../storage/folder-objects'
import { CustomModelStore, revisionOf } from './store'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custom-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Another process on the same folder. */
const open = () => new CustomModelStore(new FolderObjects(folder))
const files = (content: string) =>
  new Map([
    ['config.json', `{"content":"${content}"}`],
    ['head.safetensors', content],
    ['examples.safetensors', `examples of ${content}`],
  ])
const code = (error: unknown) => (error as { code?: string }).code
const text = (bytes: Uint8Array | null) => bytes && new TextDecoder().decode(bytes)

test('a saved model is current for every process, with all its files', async () => {
  const { step, revision } = await open().save('parts', files('a'), null)
  expect(step).toBe(1)
  expect(revision).toBe(revisionOf(files('a')))
  const other = open()
  expect((await other.current()).get('parts')).toMatchObject({ step: 1, revision })
  expect(await other.fileNames('parts', revision ?? '')).toEqual([
    'config.json',
    'examples.safetensors',
    'head.safetensors',
  ])
  expect(text(await other.file('parts', revision ?? '', 'head.safetensors'))).toBe('a')
})

test('of several saves at once exactly one wins, and the others change nothing', async () => {
  const saves = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => open().save('parts', files(`draft ${index}`), null)),
  )
  const won = saves.filter((save) => save.status === 'fulfilled')
  const lost = saves.filter((save) => save.status === 'rejected')
  expect(won).toHaveLength(1)
  expect(lost.map(({ reason }) => code(reason))).toEqual(Array(7).fill('conflict'))
  expect(await open().history('parts')).toEqual([won[0]?.value])
})

test('a save that is based on an older step is refused', async () => {
  await open().save('parts', files('a'), null)
  await open().save('parts', files('b'), 1)
  expect(
    code(
      await open()
        .save('parts', files('c'), 1)
        .catch((error) => error),
    ),
  ).toBe('conflict')
  expect(
    code(
      await open()
        .save('parts', files('c'), null)
        .catch((error) => error),
    ),
  ).toBe('conflict')
  expect((await open().current()).get('parts')?.revision).toBe(revisionOf(files('b')))
})

test('an earlier revision is restored as a new step; an unknown one is not', async () => {
  const first = await open().save('parts', files('a'), null)
  await open().save('parts', files('b'), 1)
  expect(await open().restore('parts', first.revision ?? '')).toMatchObject({ step: 3, revision: first.revision })
  expect((await open().current()).get('parts')?.revision).toBe(first.revision)
  expect(
    code(
      await open()
        .restore('parts', revisionOf(files('never')))
        .catch((error) => error),
    ),
  ).toBe('not_found')
})

test('a deleted model is gone with its files, and its name can be used again', async () => {
  const store = open()
  await store.save('parts', files('a'), null)
  expect(await open().remove('parts')).toBe(true)
  expect(await open().remove('parts')).toBe(false)
  expect([...(await store.current()).keys()]).toEqual([])
  expect(await store.history('parts')).toEqual([])
  expect(readdirSync(folder)).toEqual(['history'])
  await open().save('parts', files('b'), null)
  expect((await store.history('parts')).map(({ revision }) => revision)).toEqual([revisionOf(files('b'))])
})

test('files without a step do not count, and are removed an hour later', async () => {
  const objects = new FolderObjects(folder)
  const halfSaved = `files/parts/${'0'.repeat(64)}/head.safetensors`
  await objects.put(halfSaved, 'half')
  await objects.put('files/parts/note.txt.123.new', 'unfinished')
  await open().save('parts', files('a'), null)
  expect((await open().history('parts')).map(({ revision }) => revision)).toEqual([revisionOf(files('a'))])
  await open().removeLeftovers()
  expect(await objects.get(halfSaved)).not.toBeNull()
  const old = Date.now() / 1000 - 3601
  for (const key of [halfSaved, 'files/parts/note.txt.123.new']) utimesSync(join(folder, key), old, old)
  await open().removeLeftovers()
  expect(readdirSync(join(folder, 'files/parts'))).toEqual([revisionOf(files('a')).replace('sha256:', '')])
})

test('keeps the latest twenty revisions', async () => {
  for (let step = 0; step < 23; step++) await open().save('parts', files(String(step)), step === 0 ? null : step)
  await open().removeLeftovers()
  expect(readdirSync(join(folder, 'files/parts'))).toHaveLength(20)
  expect(
    code(
      await open()
        .restore('parts', revisionOf(files('1')))
        .catch((error) => error),
    ),
  ).toBe('not_found')
  expect(await open().restore('parts', revisionOf(files('5')))).toMatchObject({ step: 24 })
})
