import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { isZipEncoding, zipNames } from './zip-names'

/** Encodes names with Python, which supports all of these encodings. */
function encoded(names: readonly string[], encoding: string): Uint8Array[] {
  const script =
    'import sys,json; names,enc=json.loads(sys.argv[1]); print(json.dumps([list(n.encode(enc)) for n in names]))'
  const lists = JSON.parse(
    execFileSync('python3', ['-c', script, JSON.stringify([names, encoding])], { encoding: 'utf8' }),
  )
  return (lists as number[][]).map((list) => new Uint8Array(list))
}
const read = (list: readonly Uint8Array[], encoding?: string, utf8 = false) =>
  zipNames(
    list.map((bytes) => ({ bytes, utf8 })),
    encoding,
  )

const CHINESE = ['照片/北京.png', '新建文件夹/测试图片.jpg', '我的照片.png']
const JAPANESE = ['写真/カメラ.png', 'サンプル画像.jpg', '新しいフォルダー/犬と猫.png']
const KOREAN = ['사진/서울 여행.png', '새 폴더/강아지와 고양이.jpg', '바탕화면 이미지.png']
const WESTERN = ['Büro.png', 'château/dépôt.jpg', 'Straße.png', 'niño.png', 'Größe.png', 'créée.png']

test.each([
  ['UTF-8 without the flag, as macOS writes it', ['Bu\u0308ro.png', ...CHINESE, ...JAPANESE, ...KOREAN], 'utf-8'],
  ['GBK', CHINESE, 'gbk'],
  ['Shift-JIS', JAPANESE, 'shift_jis'],
  ['Korean', KOREAN, 'euc_kr'],
  ['code page 437, the ZIP default', WESTERN, 'cp437'],
])('reads %s', (_, names, encoding) => {
  expect(read(encoded(names, encoding))).toEqual(names)
})

test.each([
  ['two characters that are both hanzi and hangul', ['花红.png'], 'gbk'],
  ['one hanzi', ['照.png'], 'gbk'],
  ['traditional Chinese', ['照片.png'], 'big5'],
  ['Cyrillic', ['фото.png', 'Москва.jpg'], 'cp866'],
  ['Windows-1252', ['Büro.png', 'déjà vu.png'], 'cp1252'],
  ['Windows-1251', ['Фото из Москвы.png'], 'cp1251'],
  ['Windows-1251 in capitals', ['МОСКВА.PNG'], 'cp1251'],
  ['KOI8-R', ['фото.png'], 'koi8-r'],
])('%s is ambiguous: escapes the bytes unless the encoding is given', (_, names, encoding) => {
  const bytes = encoded(names, encoding)
  for (const name of read(bytes)) expect(name).toMatch(/\\x[89A-F][0-9A-F]/)
  const label = { cp866: 'ibm866', cp1252: 'windows-1252', cp1251: 'windows-1251' }[encoding] ?? encoding
  expect(read(bytes, label)).toEqual(names)
})

test('does not mistake European words in code page 437 for Japanese', () => {
  const names = [
    'dépôt.png',
    'château.png',
    'Réunion été.png',
    'hôtel à côté.png',
    'crème brûlée.png',
    'Müller-Lüdenscheidt.png',
    'år.png',
  ]
  const list = encoded(names, 'cp437')
  expect(list.flatMap((bytes) => read([bytes]))).toEqual(names)
  expect(read(list)).toEqual(names)
})

test('prefers a valid declaration in the archive', () => {
  const [latin = new Uint8Array()] = encoded(['café.png'], 'latin-1')
  expect(zipNames([{ bytes: latin, marked: 'café.png', utf8: false }], 'gbk')).toEqual(['café.png'])
  expect(zipNames([{ bytes: Buffer.from('é.png'), utf8: true }], 'cp437')).toEqual(['é.png'])
  expect(read([latin], undefined, true)).toEqual(['caf\\xE9.png'])
  expect(read([Buffer.from('a\\b.png'), Buffer.from('a\\\xe9.png', 'latin1')])).toEqual(['a/b.png', 'a/\\xE9.png'])
})

test('accepts any name of an encoding and refuses unknown ones', () => {
  expect(['GBK', 'Shift_JIS', 'sjis', 'cp437', ' big5 '].map((name) => isZipEncoding(name))).toEqual(
    Array(5).fill(true),
  )
  expect(isZipEncoding('klingon')).toBe(false)
})
