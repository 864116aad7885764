import { test as base, type Page } from '@playwright/test'
import { browserArguments } from '../../playwright.config'
import { chromiumPath } from '../../scripts/tools/chromium.mjs'
import { koalaCamera } from '../support/film'

/** Chromium's fake camera shows a koala. */
export const test = base.extend<object, { camera: string[] }>({
  camera: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
    async ({}, use) => use(await koalaCamera()),
    { scope: 'worker' },
  ],
  launchOptions: [
    async ({ launchOptions, camera }, use) => {
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
