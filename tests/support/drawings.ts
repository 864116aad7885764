import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

/** Kinds of drawings that every model tells apart. */
export const DRAWINGS = ['dots', 'rings', 'stripes'] as const
export type Drawing = (typeof DRAWINGS)[number]

const SIDE = 300

/** A drawing of a kind; another one for each number, always the same. */
export function drawing(kind: Drawing, number: number): Promise<Buffer> {
  const hue = (number * 47) % 360
  const parts = Array.from({ length: 14 }, (_, at) => shape(kind, at, number)).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">
    <rect width="100%" height="100%" fill="hsl(${hue} 30% 88%)"/>
    <g fill="hsl(${hue + 150} 70% 40%)" stroke="hsl(${hue + 150} 70% 40%)">${parts}</g></svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

function shape(kind: Drawing, at: number, number: number): string {
  const [x, y] = [(at * 97 + number * 31) % SIDE, (at * 61 + number * 53) % SIDE]
  if (kind === 'dots') return `<circle cx="${x}" cy="${y}" r="${10 + ((at + number) % 9)}"/>`
  if (kind === 'rings')
    return `<circle cx="${SIDE / 2 + number}" cy="${SIDE / 2 - number}" r="${at * 14 + 5}" fill="none" stroke-width="${3 + (number % 3)}"/>`
  return `<rect x="${at * 24 - 20}" y="-150" width="${9 + (number % 4)}" height="700" transform="rotate(${number * 9} 150 150)"/>`
}

/**
 * A picture of several drawings, or none, in its quarters, and the kinds that it shows. The same one for the same number.
 *
 * @param number whose lowest bits say which kinds it shows
 */
export async function mixedDrawing(number: number): Promise<{ labels: Drawing[]; bytes: Buffer }> {
  const labels = DRAWINGS.filter((_, kind) => number & (1 << kind))
  const pieces = labels.map(async (kind, place) => ({
    input: await sharp(await drawing(kind, number))
      .resize(120, 120)
      .toBuffer(),
    left: 120 * ((number + place) % 2),
    top: 120 * (Math.floor((number + place) / 2) % 2),
  }))
  const background = `hsl(${(number * 77) % 360} 40% ${30 + ((number * 13) % 50)}%)`
  const image = sharp({ create: { width: 240, height: 240, channels: 3, background } })
  return {
    labels,
    bytes: await image
      .composite(await Promise.all(pieces))
      .png()
      .toBuffer(),
  }
}

/** Writes so many drawings of each kind into a folder of its name. */
export async function writeDrawings(folder: string, count: number): Promise<void> {
  for (const kind of DRAWINGS) {
    mkdirSync(join(folder, kind), { recursive: true })
    for (let number = 0; number < count; number++)
      writeFileSync(join(folder, kind, `${kind}-${number}.png`), await drawing(kind, number))
  }
}
