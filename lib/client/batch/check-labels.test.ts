import { expect, test } from 'vitest'
import { parseLabels } from '@/lib/shared/labels-file/parse'
import { checkLabels } from './check-labels'
import type { LabelsFile } from './labels'

const PHOTOS = ['set/a.jpg', 'set/b.jpg', 'set/c.jpg']
const labelsOf = async (text: string, part: Partial<LabelsFile> = {}): Promise<LabelsFile> => ({
  name: 'labels.csv',
  folders: false,
  text,
  table: await parseLabels(text),
  choices: {},
  ...part,
})

test('a check gets the labels of the columns that the visitor has chosen, by the paths of the photos', async () => {
  const text = 'photo,kind,breed,split\na.jpg,"cat, small",siamese,train\nb.jpg,dog,pug,test\nz.jpg,dog,pug,test\n'
  const kinds = checkLabels(await labelsOf(text, { choices: { picks: { label: 'kind' } } }), PHOTOS)
  expect(kinds?.csv).toBe('file,label,split\r\nset/a.jpg,"cat, small",train\r\nset/b.jpg,dog,test')
  const breeds = checkLabels(await labelsOf(text, { choices: { picks: { label: 'breed' } } }), PHOTOS)
  expect(breeds?.csv).toContain('set/b.jpg,pug,test')
  expect(kinds?.name).not.toBe(breeds?.name)
  const same = checkLabels(await labelsOf('file,label,set\nb,dog,test\na,"cat, small",train\n'), PHOTOS)
  expect(new Set(same?.csv?.split('\r\n'))).toEqual(new Set(kinds?.csv?.split('\r\n')))
})

test('without a file, labels are the folders; a file without labels for these photos is not sent', async () => {
  const ofFolders = { name: null, csv: null }
  expect(checkLabels(null, PHOTOS)).toEqual(ofFolders)
  expect(checkLabels(await labelsOf('[{"file":"a.jpg","label":"set"}]', { folders: true }), PHOTOS)).toEqual(ofFolders)
  expect(checkLabels(await labelsOf('file,label\nz.jpg,cat\n'), PHOTOS)).toBe(null)
  expect(checkLabels(await labelsOf('a.jpg\nb.jpg\n'), PHOTOS)).toBe(null)
})
