import { chromium } from 'playwright-core'
import { spawn } from 'node:child_process'
import { headlessShellPath } from './scripts/tools/chromium.mjs'
const port = 4251
const server = spawn('node', ['dist/server.js'], { env: { ...process.env, PORT: String(port), DATA_DIR: '/tmp/h-devicebatch-data', LOG_LEVEL: 'warn' }, stdio: 'inherit' })
const base = `http://127.0.0.1:${port}`
for (let i = 0; i < 200; i++) { try { if ((await fetch(`${base}/health/ready`)).ok) break } catch {} await new Promise(r => setTimeout(r, 500)) }
const browser = await chromium.launch({ executablePath: headlessShellPath(), args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
try {
  for (const [width, scheme, lang] of [[1280, 'light', 'en'], [390, 'dark', 'de-DE']]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, locale: lang === 'en' ? 'en-US' : lang })
    await context.addInitScript(() => { navigator.storage.estimate = async () => ({ quota: 64_100_000, usage: 0 }) })
    const page = await context.newPage()
    page.setDefaultTimeout(120000)
    await page.goto(`${base}/batch?device=browser`)
    await page.waitForTimeout(3000)
    await page.locator('main button[aria-expanded]').last().click()
    await page.waitForTimeout(1500)
    await page.screenshot({ path: `/tmp/h-db-${width}-start.png`, fullPage: true })
    await page.locator('input[data-picks=files]').setInputFiles(['koala.webp', 'cat.png', 'rocket.jpg', 'bucket.webp', 'retina.jpg'].map(n => `public/gallery/${n}`))
    await page.waitForTimeout(2500)
    await page.screenshot({ path: `/tmp/h-db-${width}-run.png` })
    await page.getByText(lang === 'en' ? 'Done. This browser' : 'Fertig. Dieser Browser').waitFor()
    await page.screenshot({ path: `/tmp/h-db-${width}-done.png` })
    await context.close()
  }
} catch (e) { console.log(String(e)) } finally { await browser.close(); server.kill('SIGTERM') }
