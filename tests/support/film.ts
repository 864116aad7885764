import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'

/** Arguments with which Chromium's fake camera shows a koala: a video that repeats a few frames of different brightness. */
export async function koalaCamera(): Promise<string[]> {
  const path = join(mkdtempSync(join(tmpdir(), 'film-')), 'koala.mjpeg')
  const frame = (brightness: number) =>
    sharp('public/gallery/koala.webp').resize(480, 640).modulate({ brightness }).jpeg({ quality: 90 }).toBuffer()
  writeFileSync(path, Buffer.concat(await Promise.all([1, 1.04, 1.08, 1.12].map(frame))))
  return ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${path}`]
}
