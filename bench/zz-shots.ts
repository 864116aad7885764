import { mkdirSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { chromiumPath } from '../scripts/tools/chromium.mjs'
import { startServer } from '../tests/support/server'

mkdirSync('/tmp/hc-shots', { recursive: true })
const server = await startServer({ env: { LOG_LEVEL: 'warn' } })
const b = await chromium.launch({ executablePath: chromiumPath()!, args: ['--no-sandbox', '--disable-gpu'] })
for (const [width, height] of [
  [1280, 800],
  [390, 844],
] as const)
  for (const theme of ['light', 'dark'] as const) {
    const c = await b.newContext({
      viewport: { width, height },
      colorScheme: theme,
      hasTouch: width < 500,
      isMobile: width < 500,
      reducedMotion: 'reduce',
      locale: 'en',
      baseURL: server.url,
    })
    const page = await c.newPage()
    for (const p of ['/', '/batch', '/compare', '/gallery', '/history', '/models', '/api-docs']) {
      await page.goto(p, { waitUntil: 'networkidle' })
      await page.screenshot({ path: `/tmp/hc-shots/${p.replace(/\W/g, '') || 'home'}-${width}-${theme}.png` })
    }
    await page.goto('/', { waitUntil: 'networkidle' })
    if (width < 500) {
      await page.getByRole('button', { name: 'Menu' }).click()
      await page.waitForTimeout(500)
      await page.screenshot({ path: `/tmp/hc-shots/menu-${width}-${theme}.png` })
      await page.keyboard.press('Escape')
    }
    await page
      .locator('input[type=file][multiple]')
      .setInputFiles(['public/gallery/koala.webp', 'public/gallery/espresso.png'])
    await page.getByRole('heading', { level: 1, name: 'koala' }).waitFor()
    await page.waitForTimeout(500)
    await page.screenshot({ path: `/tmp/hc-shots/answer-${width}-${theme}.png` })
    await c.close()
  }
await b.close()
await server.stop()
process.exit(0)
