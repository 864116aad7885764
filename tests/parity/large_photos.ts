// Creates large photos from small labeled ones: enlarged, with grain like a sensor's, as JPEG.
// tsx tests/parity/large_photos.ts <folder with labels.csv> <out> <longer side> <count>
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

const [source = '', out = '', side = '4000', count = '400'] = process.argv.slice(2)
mkdirSync(out, { recursive: true })
const [head, ...rows] = readFileSync(join(source, 'labels.csv'), 'utf8').trim().split('\n')
const step = Math.max(1, Math.floor(rows.length / Number(count)))
const chosen = rows.filter((_, i) => i % step === 0).slice(0, Number(count))
for (const row of chosen) {
  const file = row.split(',')[0] as string
  const size = { width: Number(side), height: Number(side), fit: 'inside', kernel: 'lanczos3' } as const
  const large = await sharp(join(source, file))
    .resize(size)
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true })
  // Its mean is the mid gray that the soft-light blend leaves unchanged.
  const noise = { type: 'gaussian', mean: 128, sigma: 18 } as const
  const grain = {
    width: large.info.width,
    height: large.info.height,
    channels: 3,
    background: '#808080',
    noise,
  } as const
  const grained = sharp(large.data).composite([{ input: { create: grain }, blend: 'soft-light' }])
  await grained.removeAlpha().jpeg({ quality: 90 }).toFile(join(out, file))
}
writeFileSync(join(out, 'labels.csv'), `${[head, ...chosen].join('\n')}\n`)
console.log(`${chosen.length} photos of ${side} px in ${out}`)
