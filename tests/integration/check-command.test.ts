import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CheckReport } from '@/lib/shared/contract/check'
import { CHECK_COLUMNS, RESULT_COLUMNS } from '@/lib/shared/results/columns'
import { REAL_MODEL } from '../support/models'
import { startServer } from '../support/server'
import { smallDataset } from '../support/small-dataset'
import { visionHere as vision } from '../support/vision-here'

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'check-'))
  for (const { file, bytes } of await smallDataset()) {
    const path = join(folder, 'photos', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
  }
  writeFileSync(join(folder, 'photos', 'train', 'thing', 'broken.jpg'), 'not a photo')
})
afterAll(() => rmSync(folder, { recursive: true }))

const check = (...args: string[]) =>
  vision(['check', join(folder, 'photos'), '--workers', '1', '--models-dir', REAL_MODEL.MODELS_DIR, ...args])
const table = (name: string) =>
  Papa.parse<Record<string, string>>(readFileSync(join(folder, name), 'utf8').replace('\ufeff', ''), {
    header: true,
    skipEmptyLines: true,
  })

test('reports copies, leaks, labels that look wrong, and quality, and writes columns and cleaned labels', async () => {
  const [out, cleaned] = [join(folder, 'out.csv'), join(folder, 'cleaned.csv')]
  const { code, out: text } = await check('--out', out, '--cleaned-labels', cleaned, '--take-suggestions')
  expect(code).toBe(0)
  expect(text).toContain('Checked 23 of 24 photos.')
  expect(text).toContain('4 groups of copies:')
  expect(text).toContain('train/thing/ball.jpg  =  train/thing/baseball.jpg')
  expect(text).toContain('test, train: train/animal/koala.jpg, test/animal/marsupial.jpg')
  expect(text).toContain('train/thing/polar-bear.jpg  thing → animal')
  expect(text).toMatch(/train\/thing\/dark\.jpg {2}.*too dark/)
  const { data, meta } = table('out.csv')
  expect(meta.fields).toEqual([...RESULT_COLUMNS, ...CHECK_COLUMNS])
  const row = (name: string) => data.find(({ file }) => file?.endsWith(`/${name}.jpg`))
  expect(row('marsupial')).toMatchObject({ near_copy_of: 'train/animal/koala.jpg' })
  expect(row('koala')).toMatchObject({ near_copy_of: '', copy_group: row('marsupial')?.copy_group })
  expect(row('polar-bear')).toMatchObject({ suggested_label: 'animal', quality: '' })
  expect(Number(row('polar-bear')?.label_issue)).toBeGreaterThan(0.5)
  expect(row('tiny')?.quality).toContain('tiny')
  expect(row('broken')).toMatchObject({ status: 'failed', copy_group: '' })
  const labels = new Map(table('cleaned.csv').data.map(({ file, label, split }) => [file, `${label} ${split}`]))
  expect(labels.get('train/thing/polar-bear.jpg')).toBe('animal train')
  expect([labels.has('test/animal/marsupial.jpg'), labels.has('train/thing/baseball.jpg')]).toEqual([false, false])
  expect(labels.get('train/animal/koala.jpg')).toBe('animal train')
})

test('takes labels and splits from a labels file, and says why labels were not checked', async () => {
  const labels = join(folder, 'labels.csv')
  writeFileSync(labels, 'file,label,split\ntrain/animal/koala.jpg,a,train\ntest/animal/marsupial.jpg,b,holdout\n')
  const { code, out } = await check('--labels', labels, '--json')
  expect(code).toBe(0)
  const report = JSON.parse(out) as CheckReport
  expect(report.copies.find(({ kept }) => kept.endsWith('koala.jpg'))).toMatchObject({
    leak: ['holdout', 'train'],
    labels: ['a', 'b'],
  })
  expect(report.labels).toMatchObject({ checked: 0, reason: expect.any(String), issues: [] })
})

test('on a server, it finds the same and writes the same files, and the job is deleted', async () => {
  const labels = join(folder, 'odd-labels.csv')
  const names = ['train/animal/koala.jpg', 'test/animal/marsupial.jpg', 'train/animal/goldfish.jpg']
  const lines = names.map((name, at) => `x;${name.split('/').at(-1)};${at % 2 ? 'odd' : 'even'};part ${at}`)
  writeFileSync(labels, `id;photo;word;split\n${lines.join('\n')}\n`)
  const args = (name: string) => [
    '--out',
    join(folder, `${name}.csv`),
    '--cleaned-labels',
    join(folder, `${name}-labels.csv`),
  ]
  const written = (name: string) => [
    table(`${name}.csv`).data.map(({ ms, ...row }) => row),
    readFileSync(join(folder, `${name}-labels.csv`), 'utf8'),
  ]
  const server = await startServer({ env: { ...REAL_MODEL, ADMIN_TOKEN: 'operator' } })
  try {
    for (const [at, given] of [['--take-suggestions'], ['--labels', labels, '--label-column', 'word']].entries()) {
      const here = await check(...args(`here${at}`), ...given)
      const there = await check(...args(`there${at}`), ...given, '--server', server.url)
      expect([there.code, there.out]).toEqual([0, here.out])
      expect(there.err).toContain('train/thing/broken.jpg: not_an_image: ')
      expect(written(`there${at}`)).toEqual(written(`here${at}`))
    }
    expect(readFileSync(join(folder, 'there1-labels.csv'), 'utf8')).toContain('goldfish.jpg,even,part 2')
    const headers = { authorization: 'Bearer operator' }
    expect(await (await fetch(`${server.url}/api/jobs`, { headers })).json()).toEqual({ jobs: [] })
    const unknown = await check('--server', server.url, '--model', 'none')
    expect([unknown.code, unknown.err]).toEqual([3, expect.stringContaining('unknown_model')])
  } finally {
    await server.stop()
  }
  expect(await check('--server', server.url)).toMatchObject({ code: 5 })
})

test('refuses a file name without a known format, and a folder without photos', async () => {
  expect(await check('--out', join(folder, 'x.txt'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('the file name must end with .csv'),
  })
  mkdirSync(join(folder, 'empty'))
  expect(await vision(['check', join(folder, 'empty')])).toMatchObject({ code: 3 })
})

test('finds wrong and missing labels where photos have several, and writes all of them', async () => {
  const [csv, out, cleaned] = ['sets.csv', 'sets-out.csv', 'sets-cleaned.csv'].map((name) => join(folder, name))
  const dataset = await smallDataset()
  const kinds = dataset.map(({ file }) => [file, file.includes('/animal/') ? 'animal' : 'thing'] as const)
  // Every photo is one of a collection, and one isn't labeled so.
  const lines = kinds.map(([file, kind], at) => `${file},${kind}${at === 0 ? '' : ';mine'}`)
  writeFileSync(csv as string, `file,labels\n${lines.join('\n')}\n`)
  const files = ['--out', out as string, '--cleaned-labels', cleaned as string, '--take-suggestions']
  const { code, out: text } = await check('--labels', csv as string, ...files)
  expect([code, text]).toEqual([0, expect.stringContaining('train/thing/polar-bear.jpg  mine | thing → animal | mine')])
  const polarBear = table('sets-out.csv').data.find(({ file }) => file?.endsWith('/polar-bear.jpg'))
  expect(polarBear).toMatchObject({ suggested_label: 'animal | mine' })
  const labels = new Map(table('sets-cleaned.csv').data.map((row) => [row.file, row.labels]))
  expect(labels.get('train/thing/polar-bear.jpg')).toBe('animal | mine')
  expect(labels.get(kinds[1]?.[0] ?? '')).toBe(`${kinds[1]?.[1]} | mine`)
})
