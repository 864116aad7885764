import AxeBuilder from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/**
 * Accessibility violations of the page, or of the element that matches `part`, under all rules but one. Our pages have no frames, so axe needs
 * no page of its own in which to merge their results.
 */
export async function violations(page: Page, part?: string, withoutRule?: string) {
  // Next.js sends the title after the page.
  await page.waitForFunction(() => document.title !== '')
  // What passes is counted, not listed: that takes half of the time.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  if (part !== undefined) axe.include(part)
  if (withoutRule !== undefined) axe.disableRules(withoutRule)
  return (await axe.analyze()).violations
}

/** Light on a desktop and dark on a phone: between them they have each color and each layout. */
const VIEWS = [
  { colorScheme: 'dark', width: 390, height: 844 },
  { colorScheme: 'light', width: 1280, height: 800 },
] as const

/**
 * Expects no accessibility violations of the page as it is, or of `part`, and nothing that is wider than the screen, in
 * each view. Reaching a state costs more than another look at it.
 */
export async function expectAccessible(page: Page, part?: string) {
  for (const { colorScheme, ...size } of VIEWS) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme })
    // Colors that change on the way to a theme are not the theme's.
    await page.evaluate(async () => {
      // They begin with the next frame.
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      const passing = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
      await Promise.all(passing.map((animation) => animation.finished.catch(() => {})))
    })
    expect(await violations(page, part), `${colorScheme}, ${size.width} px`).toEqual([])
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(excess, `pixels that stand out at ${size.width} px`).toBeLessThanOrEqual(0)
  }
}
