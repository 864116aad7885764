import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/**
 * Accessibility violations of the page, or of the element that matches `part`. Our pages have no frames, so axe needs
 * no page of its own in which to merge their results; that takes half of the time.
 */
export async function violations(page: Page, part?: string) {
  // Next.js sends the title after the page.
  await page.waitForFunction(() => document.title !== '')
  const axe = new AxeBuilder({ page }).setLegacyMode()
  return (await (part === undefined ? axe : axe.include(part)).analyze()).violations
}
