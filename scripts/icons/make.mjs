// node scripts/icons/make.mjs: makes the icons of the installed app from app/icon.svg.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'

const PAPER = '#fbfaf7'
/** Share of the width that the mark takes; app/icon.svg leaves a little space around it. */
const SHARE = { any: 0.82, maskable: 0.64 }
const ICONS = [
  { name: '192.png', size: 192, share: SHARE.any },
  { name: '512.png', size: 512, share: SHARE.any },
  // Launchers cut shapes out of it, and keep at least a circle of 80% (https://www.w3.org/TR/appmanifest/#icon-masks).
  { name: 'maskable-512.png', size: 512, share: SHARE.maskable },
]

const svg = readFileSync(join('app', 'icon.svg'))

for (const { name, size, share } of ICONS) {
  const width = Math.round(size * share)
  const mark = await sharp(svg, { density: (72 * width) / 32 })
    .resize(width)
    .png()
    .toBuffer()
  await sharp({ create: { width: size, height: size, channels: 4, background: PAPER } })
    .composite([{ input: mark }])
    .png({ palette: true })
    .toFile(join('public', 'icons', name))
}
