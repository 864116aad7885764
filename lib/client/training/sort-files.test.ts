import { expect, test } from 'vitest'
import { zipOf } from '@/tests/support/many-photos'
import { photosAmong, sortFiles } from './sort-files'

/** A file as a dropped folder gives it. */
function file(path: string, content = 'photo'): File {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return Object.assign(new File([content], name), { relativePath: path })
}

async function labelsOf(files: readonly File[]) {
  const { labeled, unsorted, notPhotos } = await sortFiles(files, false)
  return {
    labels: Object.fromEntries(labeled.map(({ label, files: photos }) => [label, photos.map(({ name }) => name)])),
    unsorted: unsorted.map(({ name }) => name),
    notPhotos,
  }
}

test('photos get the name of their folder; those beside the folders wait, and other files are counted', async () => {
  const files = ['parts/bolt/1.jpg', 'parts/bolt/2.jpg', 'parts/nut/1.jpg', 'parts/3.jpg', 'parts/nut/list.pdf']
  expect(await labelsOf(files.map((path) => file(path)))).toEqual({
    labels: { bolt: ['1.jpg', '2.jpg'], nut: ['1.jpg'] },
    unsorted: ['3.jpg'],
    notPhotos: 1,
  })
  // A single folder is a label, and loose photos have none.
  expect(await labelsOf([file('bolt/1.jpg')])).toMatchObject({ labels: { bolt: ['1.jpg'] }, unsorted: [] })
  expect(await labelsOf([file('1.jpg')])).toMatchObject({ labels: {}, unsorted: ['1.jpg'] })
})

test('a labels file names the labels, and photos that it does not name wait', async () => {
  const files = [file('1.jpg'), file('2.jpg'), file('3.jpg'), file('labels.csv', 'file,label\n1.jpg,bolt\n2.jpg,nut\n')]
  expect(await labelsOf(files)).toEqual({
    labels: { bolt: ['1.jpg'], nut: ['2.jpg'] },
    unsorted: ['3.jpg'],
    notPhotos: 0,
  })
})

test('a labels file in which photos have several labels gives them all, and none where it says so', async () => {
  const csv = 'file,labels\n1.jpg,bolt;nut\n2.jpg,nut\n3.jpg,\n'
  const files = ['1.jpg', '2.jpg', '3.jpg', '4.jpg'].map((name) => file(name))
  const { several, unsorted, labeled } = await sortFiles([...files, file('labels.csv', csv)], false)
  expect(several.map((one) => [one.file.name, one.labels])).toEqual([
    ['1.jpg', ['bolt', 'nut']],
    ['2.jpg', ['nut']],
    ['3.jpg', []],
  ])
  expect([unsorted.map(({ name }) => name), labeled]).toEqual([['4.jpg'], []])
  // A name with a semicolon is one label, unless the visitor says that photos may have several.
  const named = [...files, file('labels.csv', 'file,label\n1.jpg,bolt; M4\n2.jpg,bolt; M4\n3.jpg,nut\n')]
  expect((await sortFiles(named, false)).labeled.map(({ label }) => label)).toEqual(['bolt; M4', 'nut'])
  expect((await sortFiles(named, true)).several[0]?.labels).toEqual(['bolt', 'M4'])
})

test('names of folders become names that a label may have', async () => {
  const files = [`${'x'.repeat(120)}/1.jpg`, '<b>/2.jpg', 'a\u202eb/3.jpg'].map((path) => file(path))
  const { labels } = await labelsOf(files)
  expect(Object.keys(labels).sort()).toEqual(['a b', 'b', 'x'.repeat(100)])
})

test('archives are unpacked, into labels or for one label; a damaged one is counted', async () => {
  const photos = ['bolt/1.jpg', 'nut/1.jpg', 'notes.pdf'].map((name) => ({ file: name, bytes: Buffer.from('photo') }))
  const zip = new File([new Uint8Array(await zipOf(photos))], 'parts.zip')
  expect(await labelsOf([zip])).toEqual({ labels: { bolt: ['1.jpg'], nut: ['1.jpg'] }, unsorted: [], notPhotos: 1 })
  expect((await photosAmong([zip])).files.map(({ name }) => name)).toEqual(['1.jpg', '1.jpg'])
  expect(await labelsOf([file('broken.zip', 'PK')])).toEqual({ labels: {}, unsorted: [], notPhotos: 1 })
})
