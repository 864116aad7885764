import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { copyOf } from './photo-copies'

const ANIMALS = [
  ...['cat.png', 'crocodile.webp', 'giant-panda.webp', 'goldfish.webp', 'koala.webp', 'komodo-dragon.webp'],
  ...['polar-bear.webp', 'ring-tailed-lemur.webp', 'scarlet-macaw.webp'],
]
const THINGS = [
  ...['bucket.webp', 'espresso.png', 'frying-pan.webp', 'screwdriver.webp', 'tape-measure.webp', 'volleyball.webp'],
  ...['arc-de-triomphe.webp', 'weighing-scale.webp', 'baseball.webp', 'winter-palace.webp'],
]

export interface DatasetPhoto {
  file: string
  bytes: Buffer
}

/**
 * A data set of gallery photos with everything that a check finds: the koala is also in the test photos, smaller and
 * mirrored; the baseball twice as the same file; the polar bear is labeled as a thing; one photo is dark, and one tiny.
 */
export async function smallDataset(): Promise<DatasetPhoto[]> {
  const read = (name: string) =>
    sharp(readFileSync(join('public/gallery', name)))
      .flatten({ background: '#ffffff' })
      .resize({ width: 320, height: 320, fit: 'inside' })
      .jpeg({ quality: 90 })
      .toBuffer()
  const photos: DatasetPhoto[] = []
  for (const name of [...ANIMALS, ...THINGS]) {
    const label = ANIMALS.includes(name) && !name.startsWith('polar-bear') ? 'animal' : 'thing'
    photos.push({ file: `train/${label}/${name.replace(/\..*/, '.jpg')}`, bytes: await read(name) })
  }
  const named = (name: string) => photos.find(({ file }) => file.endsWith(`/${name}.jpg`))?.bytes as Buffer
  const koala = await copyOf(await copyOf(named('koala'), 'resized', 1), 'mirrored', 1)
  const dark = await sharp(named('bucket')).linear(0.2, 0).jpeg().toBuffer()
  const tiny = await sharp(named('volleyball')).resize(40, 40, { fit: 'fill' }).jpeg().toBuffer()
  photos.push(
    { file: 'test/animal/marsupial.jpg', bytes: koala },
    { file: 'train/thing/ball.jpg', bytes: named('baseball') },
    { file: 'train/thing/dark.jpg', bytes: dark },
    { file: 'train/thing/tiny.jpg', bytes: tiny },
  )
  return photos
}
