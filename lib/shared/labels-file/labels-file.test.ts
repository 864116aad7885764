import { expect, test } from 'vitest'
import { decodeLabels, MAX_LABELS_BYTES } from './decode'
import { matchLabels, type Picks } from './match-labels'
import { parseLabels } from './parse'
import { describeMatch, labelWarnings } from './summary'

const CLASSES = [
  { label: 'tench', others: ['Tinca tinca', 'n01440764'] },
  { label: 'goldfish', others: ['Carassius auratus', 'n01443537'] },
  { label: 'golden retriever', others: ['n02099601'] },
  { label: 'crane (bird)', others: ['crane'] },
  { label: 'crane (machine)', others: ['crane'] },
]
const PHOTOS = ['photos/a.jpg', 'photos/b.jpg', 'photos/c.png']

async function read(file: string | Uint8Array, photos: readonly string[] = PHOTOS, picks: Picks = {}) {
  const { text } = decodeLabels(typeof file === 'string' ? new TextEncoder().encode(file) : file)
  return matchLabels(await parseLabels(text), photos, CLASSES, picks)
}

const utf16 = (text: string, mark: boolean, big: boolean) => {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le')
  return new Uint8Array(big ? bytes.swap16() : bytes)
}

const WANTED = { 'photos/a.jpg': 'tench', 'photos/b.jpg': 'goldfish', 'photos/c.png': 'tench' }
const LIST = 'filename,class\na.jpg,tench\nb.jpg,goldfish\nc.png,tench\n'

test.each<[string, string | Uint8Array]>([
  ['file, label', LIST.replace('filename,class', 'file,label')],
  ['filename, class', LIST],
  ['Hugging Face', LIST.replace('filename,class', 'file_name,label')],
  ['no extension', LIST.replace('filename,class', 'image_id,target').replaceAll(/\.\w+,/g, ',')],
  ['Kaggle', LIST.replace('filename,class', 'id,breed').replaceAll(/\.\w+,/g, ',')],
  [
    'more columns',
    LIST.replaceAll(/^(.*),(.*)$/gm, '7,$2,$1,train').replace('7,class,filename,train', 'n,breed,image,split'),
  ],
  ['no header', LIST.slice(15)],
  ['unknown column names', LIST.replace('filename,class', 'what,ever')],
  ['val.txt', 'a.jpg 0\nb.jpg 1\nc.png 0\n'.replaceAll('0', 'tench').replaceAll('1', 'goldfish')],
  ['absolute paths', LIST.replaceAll(/^(?=[abc]\.)/gm, '/home/me/data/')],
  ['Windows paths', LIST.replaceAll(/^(?=[abc]\.)/gm, 'C:\\data\\')],
  ['.\\', LIST.replaceAll(/^(?=[abc]\.)/gm, '.\\')],
  ['URLs', LIST.replaceAll(/^(?=[abc]\.)/gm, 'https://x.example/my%20photos/')],
  ['UTF-16 LE', utf16(LIST.replaceAll(',', '\t'), true, false)],
  ['UTF-16 BE', utf16(LIST, true, true)],
  ['UTF-16 without a byte order mark', utf16(LIST, false, false)],
  ['semicolons, CRLF', LIST.replaceAll(',', ';').replaceAll('\n', '\r\n')],
  ['tabs, no final line break', LIST.replaceAll(',', '\t').trim()],
  ['classic Mac line breaks', LIST.replaceAll('\n', '\r')],
  ['sep=;', `sep=;\r\n${LIST.replaceAll(',', ';')}`],
  [
    'a quote that nobody closes',
    LIST.replace('filename', 'filename').replace('a.jpg,tench', 'a.jpg,"tench"\nx.jpg,"goldfish'),
  ],
  ['another case', LIST.replace('a.jpg', 'A.JPG')],
  ['another extension', LIST.replace('c.png', 'c.jpeg')],
  [
    'Roboflow',
    'filename, tench, goldfish\na_jpg.rf.0a1b2c.jpg, 1, 0\nb_jpg.rf.0a1b2d.jpg, 0, 1\nc_png.rf.0a1b2e.png,1,0\n',
  ],
  [
    'metadata.jsonl',
    '{"file_name": "a.jpg", "label": "tench"}\n{"file_name": "b.jpg", "label": "goldfish"}\n{"file_name":"c.png","label":"tench"}\n',
  ],
  ['JSON pairs', '{"a.jpg": "tench", "b.jpg": "goldfish", "c.png": "tench"}'],
  ['JSON lists', '{"labels": [["a.jpg", "tench"], ["b.jpg", "goldfish"], ["c.png", "tench"]]}'],
  [
    'Label Studio',
    JSON.stringify(
      [
        ['0123abcd-a.jpg', 'tench'],
        ['0123abce-b.jpg', 'goldfish'],
        ['0123abcf-c.png', 'tench'],
      ].map(([name, choice]) => ({
        data: { image: `/data/upload/1/${name}` },
        annotations: [{ result: [{ type: 'choices', value: { choices: [choice] } }] }],
      })),
    ),
  ],
  [
    'Label Studio, local files, CSV',
    LIST.replace('filename,class', 'image,choice').replaceAll(/^(?=[abc]\.)/gm, '/data/local-files/?d=set%2F'),
  ],
  [
    'COCO',
    JSON.stringify({
      images: ['a.jpg', 'b.jpg', 'c.png'].map((file_name, id) => ({ id, file_name })),
      annotations: [
        { image_id: 0, category_id: 7 },
        { image_id: 1, category_id: 8 },
        { image_id: 2, category_id: 7 },
      ],
      categories: [
        { id: 7, name: 'tench' },
        { id: 8, name: 'goldfish' },
      ],
    }),
  ],
  [
    'CVAT',
    `<?xml version="1.0"?><annotations><version>1.1</version>${[
      ['a.jpg', 'tench'],
      ['b.jpg', 'goldfish'],
      ['c.png', 'tench'],
    ]
      .map(([name, label]) => `<image id="0" name="set/${name}"><tag label="${label}" source="manual"></tag></image>`)
      .join('')}</annotations>`,
  ],
])('%s', async (_, file) => {
  expect(Object.fromEntries((await read(file)).labels)).toEqual(WANTED)
})

test('ImageNet: indices after a space, a line of synonyms, WordNet ids with names', async () => {
  const reading = await read('a.jpg 0\nb.jpg 1\n')
  expect([reading.kind, reading.labels.get('photos/b.jpg')]).toEqual(['indices', '1'])
  expect(describeMatch(reading)).toBe('file = column 1, label = column 2 (class index), 2 of 2 matched')
  const { labelFinder } = await import('./label-column')
  const find = labelFinder('names', CLASSES)
  expect(find('tench, Tinca tinca')).toEqual({ index: 0 })
  expect(find('n02099601-golden_retriever')).toEqual({ index: 2 })
  expect(find('golden-retriever')).toEqual({ index: 2 })
  expect(find('tench, goldfish')).toHaveProperty('reason')
  expect(find('crane')).toHaveProperty('reason')
})

test('composed and decomposed accents; spreadsheets without leading zeros; Windows-1252', async () => {
  const photos = ['caf\u0065\u0301.jpg', '000123.jpg']
  const { labels } = await read('image,label\ncaf\u00e9.jpg,tench\n123,goldfish\n', photos)
  expect(Object.fromEntries(labels)).toEqual({ [photos[0]!]: 'tench', '000123.jpg': 'goldfish' })
  const old = await read(new Uint8Array(Buffer.from('image,label\ncaf\u00e9.jpg,tench\n', 'latin1')), photos)
  expect(old.labels.size).toBe(1)
})

test('uses folders to distinguish photos with the same name; lists ambiguous ones instead of guessing', async () => {
  const photos = ['set/cat/1.jpg', 'set/dog/1.jpg', 'set/dog/2.jpg']
  const reading = await read(
    'file,label\ntrain/cat/1.jpg,tench\ntrain/dog/1.jpg,goldfish\n1.jpg,tench\ntrain/cat/2.jpg,tench\n',
    photos,
  )
  expect(Object.fromEntries(reading.labels)).toEqual({ 'set/cat/1.jpg': 'tench', 'set/dog/1.jpg': 'goldfish' })
  expect(reading.ambiguous).toEqual([{ file: '1.jpg', photos: photos.slice(0, 2) }])
  expect(reading.unused).toEqual(['train/cat/2.jpg'])
  const flat = await read('file,label\ncat/1.jpg,tench\ndog/1.jpg,goldfish\n', ['1.jpg'])
  expect([flat.labels.size, flat.ambiguous.map(({ file }) => file)]).toEqual([0, ['cat/1.jpg', 'dog/1.jpg']])
})

test('reports photos with two labels and everything that is not used', async () => {
  const reading = await read('file,label\na.jpg,tench\n./a.jpg,goldfish\nz.jpg,tench\n,tench\nb.jpg,\n')
  expect(labelWarnings(reading)).toEqual([
    '1 label without a photo: z.jpg',
    '1 line has a different label for the same photo: line 3 ./a.jpg',
    '1 line without a file: line 5',
    '1 line without a label: line 6 b.jpg',
  ])
  expect(describeMatch(reading)).toBe('file = file, label = label, 2 of 3 matched')
})

test('columns: numbers that are not classes, an index that contradicts the name, and chosen columns', async () => {
  const wide = await read('file,width,label\na.jpg,3,unicorn\nb.jpg,4,dragon\n')
  expect(wide.columns[wide.label]).toBe('label')
  const other = await read('file,index,label\na.jpg,1,tench\nb.jpg,0,goldfish\n')
  expect([other.kind, other.labels.get('photos/a.jpg')]).toEqual(['names', 'tench'])
  const same = await read('file,index,label\na.jpg,3,crane\nb.jpg,1,goldfish\n')
  expect([same.kind, same.labels.get('photos/a.jpg')]).toEqual(['indices', '3'])
  const picked = await read('file,label,was\na.jpg,tench,goldfish\n', PHOTOS, { label: 'WAS' })
  expect(picked.labels.get('photos/a.jpg')).toBe('goldfish')
  expect((await read('file,label,was\na.jpg,tench,goldfish\n', PHOTOS, { label: '3' })).label).toBe(2)
  await expect(read(LIST, PHOTOS, { file: 'nope' })).rejects.toThrow(
    'The file has no column nope. Its columns: filename, class.',
  )
})

test('photos named like their labels', async () => {
  const { columns, file, unused } = await read('file,label\nx.jpg,tench\n', ['tench.jpg'])
  expect([columns[file], unused]).toEqual(['file', ['x.jpg']])
})

test('refuses other files with a reason', async () => {
  const refused = async (file: string | Uint8Array) => (await read(file).catch((error) => error)).reason
  expect(await refused('')).toBe('empty')
  expect(await refused(new Uint8Array([0x50, 0x4b, 3, 4]))).toBe('workbook')
  expect(await refused(new Uint8Array(64))).toBe('binary')
  expect(await refused('[1, 2]')).toBe('no_records')
  expect(await refused('{"a": ')).toBe('not_json')
  expect(await refused('<html><body></body></html>')).toBe('no_records')
  expect(await refused('<annotations><image')).toMatch(/not_xml|no_records/)
  expect(await refused('one\ntwo\n')).toBe('no_columns')
  expect(() => decodeLabels({ length: MAX_LABELS_BYTES + 1 } as Uint8Array)).toThrow('larger than 200 MB')
})

test('reads two hundred thousand lines in a few seconds of CPU time', async () => {
  const lines = Array.from({ length: 200_000 }, (_, at) => `train/${at}.jpg,goldfish`)
  const before = process.cpuUsage()
  const { labels, matched } = await read(`file,label\n${lines.join('\n')}\n`, ['x/5.jpg', 'x/199999.jpg'])
  expect([labels.size, matched]).toEqual([2, 2])
  // Not by the clock: other processes may run meanwhile.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(5000)
}, 30_000)

test.each([
  ['file,index,wnid,label\na.jpg,0,n01440764,tench\nb.jpg,1,n01443537,goldfish\n', 'label'],
  ['file,split,condition\na.jpg,train,ripe\nb.jpg,train,rotten\n', 'condition'],
  ['file,width,breed\na.jpg,640,pug\nb.jpg,480,pug\n', 'breed'],
  ['category_id,category,file\n3,bolt,a.jpg\n4,nut,b.jpg\n', 'category'],
  ['a.jpg,scratch one,bolt\nb.jpg,dent,bolt\nc.png,hole,nut\n', 'column 3'],
  ['file,label\na.jpg,7\nb.jpg,3\n', 'label'],
])('any label, without a model that knows it: %j has it in %s', async (text, wanted) => {
  const { columns, label, kind, labels } = matchLabels(await parseLabels(text), PHOTOS, [])
  expect([columns[label], kind]).toEqual([wanted, 'names'])
  expect(labels.size).toBeGreaterThan(1)
})
