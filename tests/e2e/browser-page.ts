import { type BrowserContext, chromium, type Locator, type Page } from '@playwright/test'
import { browserArguments } from '../../playwright.config'
import { headlessShellPath } from '../../scripts/tools/chromium.mjs'

/** Fails the test on uncaught errors, CSP violations, hydration mismatches and missing messages. */
export function failOnPageErrors(page: Page): void {
  page.on('console', (message) => {
    if (/Content Security Policy|hydrat|MISSING_MESSAGE/i.test(message.text())) throw new Error(message.text())
  })
  page.on('pageerror', (error) => {
    throw error
  })
}

/** A browser with a profile on a disk, in which what pages keep is copied. Other contexts only remember the files. */
export function persistentContext(profile: string, baseURL?: string): Promise<BrowserContext> {
  const executablePath = headlessShellPath()
  return chromium.launchPersistentContext(profile, {
    ...(executablePath ? { executablePath } : {}),
    args: [...browserArguments],
    ...(baseURL ? { baseURL } : {}),
  })
}

/**
 * Waits until React has hydrated the page and its effects have run; Next's own adds an element. Before that, no handler
 * receives drops, pastes, files, or another hash, which Next would overwrite.
 */
export async function waitForHydration(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      Object.keys(document.querySelector('main') ?? {}).some((key) => key.startsWith('__react')) &&
      document.querySelector('next-route-announcer') !== null,
  )
}

export const heading = (page: Page, name: string | RegExp): Locator => page.getByRole('heading', { level: 1, name })

/** The path of a gallery photo. */
export const photoPath = (name: string) => `public/gallery/${name}`

/** The file input of the classify and compare pages. */
export const photoInput = (page: Page): Locator => page.locator('input[type=file][multiple]')

/** Selects gallery photos in the file input, once the page takes them. */
export async function choosePhotos(page: Page, ...names: string[]): Promise<void> {
  await waitForHydration(page)
  await photoInput(page).setInputFiles(names.map(photoPath))
}
