import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { kindsOf } from '@/lib/server/engine/label-kinds'
import { randomNumbers } from '@/lib/shared/metrics/random'
import { KINDS } from './task-kinds'

/** Width and height of a collage (pixels). */
const SIDE = 320
/** Share of the places that show another thing, so that some collages have no label. */
const OTHER_THINGS = 0.3
/** Of each five species, one is only in the photos to test on. */
const TESTED_OF = 5

/** A photo of several things. */
export interface Collage {
  file: string
  /** Without repeats; none if all its things are others. */
  labels: string[]
}

interface Thing {
  path: string
  /** Empty for other things. */
  label: string
  tested: boolean
}

/**
 * Writes collages of two or four photos into a folder: squares whose labels are the kinds of the things they show. The
 * same seed gives the same files.
 *
 * @param photos folder with photos of ImageNet and their `labels.csv`
 * @param tested whether to use the species that are kept for tests, or the others
 */
export async function writeCollages(
  photos: string,
  folder: string,
  { count, seed, tested }: { count: number; seed: number; tested: boolean },
): Promise<Collage[]> {
  const all = thingsOf(photos).filter((thing) => thing.tested === tested)
  const [known, others] = [all.filter(({ label }) => label !== ''), all.filter(({ label }) => label === '')]
  const random = randomNumbers(seed)
  const [nextKnown, nextOther] = [deck(known, random), deck(others, random)]
  mkdirSync(folder, { recursive: true })
  const collages: Collage[] = []
  for (let at = 0; at < count; at++) {
    const places = random() < 0.5 ? 2 : 4
    const things = Array.from({ length: places }, () => (random() < OTHER_THINGS ? nextOther() : nextKnown()))
    const file = `${String(at).padStart(4, '0')}.jpg`
    writeFileSync(join(folder, file), await collageOf(things))
    collages.push({ file, labels: [...new Set(things.flatMap(({ label }) => (label === '' ? [] : [label])))].sort() })
  }
  return collages
}

/** Deals things in random order: each comes again only once all others were there. */
function deck<T>(things: readonly T[], random: () => number): () => T {
  let rest: T[] = []
  return () => {
    if (rest.length === 0) rest = [...things]
    return rest.splice(Math.floor(random() * rest.length), 1)[0] as T
  }
}

function thingsOf(folder: string): Thing[] {
  const [, ...lines] = readFileSync(join(folder, 'labels.csv'), 'utf8').trim().split('\n')
  return lines.map((line, at) => {
    const [file = '', , species = ''] = line.split(',')
    const found = KINDS.filter((kind) => kindsOf([species])?.kinds.includes(kind))
    const label = found.length === 1 ? (found[0] as string) : ''
    return { path: join(folder, file), label, tested: at % TESTED_OF === 0 }
  })
}

/** Two photos beside each other, or four in a square. */
async function collageOf(things: readonly Thing[]): Promise<Buffer> {
  const [width, height] = [SIDE / 2, things.length === 2 ? SIDE : SIDE / 2]
  const pieces = things.map(async ({ path }, at) => ({
    input: await sharp(path).resize(width, height, { fit: 'cover' }).toBuffer(),
    left: (at % 2) * width,
    top: Math.floor(at / 2) * height,
  }))
  const background = sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: 'white' } })
  return background
    .composite(await Promise.all(pieces))
    .jpeg({ quality: 90 })
    .toBuffer()
}
