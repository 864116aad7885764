import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, type Page } from '@playwright/test'
import sharp from 'sharp'
import { browserArguments } from '../../playwright.config'
import { chromiumPath } from '../../scripts/tools/chromium.mjs'

/** Chromium's fake camera shows a koala: a video that repeats a few frames of different brightness. */
export const test = base.extend<object, { film: string }>({
  film: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
    async ({}, use) => {
      const path = join(mkdtempSync(join(tmpdir(), 'film-')), 'koala.mjpeg')
      const frame = (brightness: number) =>
        sharp('public/gallery/koala.webp').resize(480, 640).modulate({ brightness }).jpeg({ quality: 90 }).toBuffer()
      writeFileSync(path, Buffer.concat(await Promise.all([1, 1.04, 1.08, 1.12].map(frame))))
      await use(path)
    },
    { scope: 'worker' },
  ],
  launchOptions: [
    async ({ launchOptions, film }, use) => {
      const camera = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`]
      const executablePath = chromiumPath() ?? launchOptions.executablePath
      await use({
        ...launchOptions,
        args: [...browserArguments, ...camera],
        ...(executablePath && { executablePath }),
      })
    },
    { scope: 'worker' },
  ],
})

/** Whether the page's video shows a camera. */
export const isLive = (page: Page) =>
  page.evaluate(() => document.querySelector('video')?.srcObject instanceof MediaStream)
