import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyModels } from '../support/models'
import { tinyOnnx, writeModelFolder } from '../support/onnx'
import { startVision } from '../support/vision'
import { visionHere } from '../support/vision-here'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eval-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const GALLERY = 'public/gallery'
const out = () => join(folder, 'out')
const run = (...args: string[]) =>
  visionHere(['eval', join(folder, 'photos'), '--out', out(), '--workers', '1', ...args])

function photos(names: Record<string, string>): void {
  mkdirSync(join(folder, 'photos'), { recursive: true })
  for (const [to, from] of Object.entries(names)) copyFileSync(join(GALLERY, from), join(folder, 'photos', to))
}

function labels(csv: string): void {
  writeFileSync(join(folder, 'photos', 'labels.csv'), csv)
}

test('matches labels by label, synonym, WordNet id and index, and lists the others with a reason', async () => {
  photos({
    'a.png': 'espresso.png',
    'b.webp': 'goldfish.webp',
    'c.webp': 'koala.webp',
    'd.webp': 'polar-bear.webp',
    'e.webp': 'scarlet-macaw.webp',
    'y.png': 'espresso.png',
  })
  writeFileSync(join(folder, 'photos', 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  labels(
    `file,label\na.png,Espresso\nb.webp,Carassius auratus\nc.webp,n01882714\nd.webp,polar_bear\ne.webp,parrot\nbroken.jpg,espresso\nmissing.png,koala\n,koala\nx.png,\ny.png,crane\na.png,koala\n`,
  )
  const { code, out: printed } = await run('--json')
  expect(code).toBe(0)
  const report = JSON.parse(printed)
  expect(report).toMatchObject({ images: 4, errors: 7, top1: 1, top5: 1 })
  expect(report.model).toMatchObject({ id: 'efficientnet-lite1-int8', calibrated: true })
  expect(report.mean_confidence).toBeGreaterThan(0.5)
  const reasons = Object.fromEntries(
    report.skipped.map(({ file, reason }: { file: string; reason: string }) => [file, reason]),
  )
  expect(reasons['e.webp']).toBe('label "parrot": the model has no such label')
  expect(reasons['broken.jpg']).toMatch(/^truncated_image: /)
  expect(reasons['missing.png']).toBe('there is no such file')
  expect(reasons['line 9']).toBe('line 9 has no file')
  expect(reasons['x.png']).toBe('line 10 has no label')
  expect(reasons['a.png']).toBe('line 12 gives a file a second, different label')
  expect(reasons['y.png']).toMatch(/^label "crane": ambiguous: crane \(bird\) or crane \(machine\)/)
  expect(report.unmatched).toEqual([
    { label: 'parrot', photos: 1, reason: 'the model has no such label' },
    { label: 'crane', photos: 1, reason: expect.stringContaining('crane (bird) or crane (machine)') },
  ])
  expect(readdirSync(out()).sort()).toEqual([
    'classes.csv',
    'confusion.csv',
    'confusion.svg',
    'photos.csv',
    'photos.jsonl',
    'reliability.svg',
    'report.json',
  ])
  expect(JSON.parse(readFileSync(join(out(), 'report.json'), 'utf8'))).toEqual(report)
})

test('evaluates one subfolder per label with a mapping file and another model', async () => {
  for (const [name, file] of [
    ['coffee', 'espresso.png'],
    ['goldfish', 'goldfish.webp'],
    ['bear', 'koala.webp'],
  ] as const) {
    mkdirSync(join(folder, 'photos', name), { recursive: true })
    copyFileSync(join(GALLERY, file), join(folder, 'photos', name, file))
  }
  writeFileSync(join(folder, 'map.csv'), 'coffee,espresso\nbear,brown bear\n')
  const { code, out: printed } = await run('--map', join(folder, 'map.csv'), '--model', 'fast')
  expect(code).toBe(0)
  expect(printed).toMatch(/^EfficientNet-Lite0, INT8 \(efficientnet-lite0-int8\), calibrated/m)
  expect(printed).toMatch(/^top-1 +66\.7%/m)
  expect(printed).toMatch(/^photos +3/m)
  // The koala is labelled as a bear.
  expect(readFileSync(join(out(), 'confusion.csv'), 'utf8')).toContain('brown bear,koala,1')
  expect(printed).toMatch(/koala\.webp/)
})

test('evaluates any model folder, and its card claims nothing that was not measured', async () => {
  writeModelFolder(
    folder,
    'colours',
    tinyOnnx({ type: 'float32', layout: 'nchw', shape: [1, 3, 8, 8], output: 'logits' }),
    {
      size: { height: 8, width: 8 },
      do_normalize: false,
    },
  )
  photos({ 'a.webp': 'goldfish.webp', 'b.webp': 'koala.webp' })
  labels('file,label\na.webp,red\nb.webp,RED\n')
  const { code, out: printed } = await run('--model', join(folder, 'colours'), '--json')
  expect({ code, report: JSON.parse(printed) }).toMatchObject({
    code: 0,
    report: { images: 2, errors: 0, uncertain: 0, model: { id: 'colours', calibrated: false, temperature: null } },
  })
  const models = copyModels()
  const manage = (...args: string[]) => visionHere(['models', '--models-dir', models, ...args])
  expect((await manage('add', join(folder, 'colours'))).code).toBe(0)
  expect((await manage('export-card', 'colours')).code).toBe(3)
  expect((await manage('export-card', 'fast', '--report', join(out(), 'report.json'))).code).toBe(4)
  expect((await manage('export-card', 'colours', '--report', join(out(), 'report.json'))).code).toBe(0)
  const card = readFileSync(join(models, 'colours', 'README.md'), 'utf8')
  expect(card).toContain('**not calibrated**')
  expect(card).toContain('| Published top-1 | unverified |')
  expect(card).not.toMatch(/imagenet/i)
  rmSync(models, { recursive: true })
})

test('reads a list as Excel writes it, with named columns, and counts labels without a photo', async () => {
  mkdirSync(join(folder, 'photos', 'set'), { recursive: true })
  for (const name of ['espresso.png', 'goldfish.webp', 'koala.webp'])
    copyFileSync(join(GALLERY, name), join(folder, 'photos', 'set', name))
  const list =
    'guess\tanimal\timage\r\nkoala\tespresso\tC:\\my\\espresso.png\r\nkoala\tgoldfish, Carassius auratus\tgoldfish\r\nkoala\tkoala\tgone.webp'
  writeFileSync(join(folder, 'list.txt'), Buffer.from(`\ufeff${list}`, 'utf16le'))
  // Several candidates do not matter if another file is named.
  for (const name of ['train.csv', 'val.csv']) writeFileSync(join(folder, 'photos', name), 'file,label\n')
  const args = ['--labels', join(folder, 'list.txt'), '--label-column', 'Animal', '--json']
  const { code, out: printed, err } = await run(...args)
  expect({ code, report: JSON.parse(printed) }).toMatchObject({
    code: 0,
    report: { images: 2, top1: 1, labels: 'file = image, label = animal, 2 of 3 matched' },
  })
  expect(err).toContain('list.txt: file = image, label = animal, 2 of 3 matched\n')
  expect(err).toContain('warning: 1 label without a photo: gone.webp\n')
  expect(err).toContain('warning: 1 of 3 photos have no label: set/koala.webp\n')
})

test('continues after being killed when run again', async () => {
  photos(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i}.webp`, 'koala.webp'])))
  labels(`file,index\n${Array.from({ length: 40 }, (_, i) => `${i}.webp,105`).join('\n')}\n`)
  const first = startVision(['eval', join(folder, 'photos'), '--out', out(), '--workers', '1', '--model', 'fast'])
  const journal = join(out(), 'photos.jsonl')
  const lines = () => {
    try {
      return readFileSync(journal, 'utf8').trim().split('\n')
    } catch {
      return []
    }
  }
  while (lines().length < 10) await sleep(10)
  first.child.kill('SIGKILL')
  const kept = lines()
  expect(kept.length).toBeLessThan(35)
  const { code, out: printed } = await run('--json', '--model', 'fast')
  expect({ code, images: JSON.parse(printed).images }).toEqual({ code: 0, images: 40 })
  // Existing lines are kept; only the rest was done.
  expect(lines().slice(0, kept.length - 1)).toEqual(kept.slice(0, -1))
  expect(lines().filter(Boolean).length).toBeLessThanOrEqual(42)
  expect((await run('--model', 'fast')).out).toMatch(/^photos +40, all evaluated earlier$/m)
})

test('fails with one line and an exit code if nothing can be evaluated', async () => {
  expect(await visionHere(['eval', '/nowhere'])).toMatchObject({ code: 3, err: 'There is no folder named /nowhere.\n' })
  photos({ 'a.png': 'espresso.png' })
  expect((await run()).code).toBe(3)
  labels('only\nespresso\n')
  expect(await run()).toMatchObject({ code: 4, err: expect.stringContaining('The file has only one column.') })
  labels('image_id,breed\nx1.jpg,espresso\nx2.jpg,koala\n')
  const nothing = await run()
  expect(nothing).toMatchObject({ code: 4, out: '' })
  expect(nothing.err).toContain('labels.csv: file = image_id, label = breed, 0 of 2 matched')
  expect(nothing.err).toContain('No photo has a label. The column image_id of')
  expect(nothing.err).toContain('contains: x1.jpg, x2.jpg. The photos are: a.png.')
  labels('file,label\na.png,unicorn\n')
  expect(await run()).toMatchObject({ code: 4, err: expect.stringContaining('No label matches a label of the model.') })
  writeFileSync(join(folder, 'photos', 'broken.jpg'), Buffer.from('ffd8ffe000104a464946', 'hex'))
  labels('file,label\nbroken.jpg,espresso\n')
  expect(await run()).toMatchObject({ code: 1, out: '', err: expect.stringContaining('No photo could be evaluated.') })
  labels('file,label\na.png,espresso\n')
  expect(await run('--model', 'nothing')).toMatchObject({
    code: 3,
    err: expect.stringContaining('There is no model named nothing'),
  })
  expect((await run('--map', '/nowhere')).code).toBe(3)
  expect((await visionHere(['eval'])).code).toBe(2)
})
