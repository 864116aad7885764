// Firefox of this machine, and Puppeteer, which drives it by WebDriver BiDi. Playwright only drives a Firefox of its own,
// which no package registry has.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { npmFolder } from './npm-folder.mjs'

/** The last version that runs on Node 20 is 24. */
const PACKAGE = 'puppeteer-core'

const PATHS = ['/usr/bin/firefox', '/usr/bin/firefox-esr', '/Applications/Firefox.app/Contents/MacOS/firefox']

/** Path of an installed Firefox; undefined if there is none. Debian's package is firefox-esr. */
export function firefoxPath() {
  return process.env.FIREFOX_PATH || PATHS.find((path) => existsSync(path))
}

/** Starts it without a window. @throws Error if npm can't install Puppeteer */
export async function startFirefox(executablePath) {
  const folder = npmFolder(PACKAGE, [`${PACKAGE}@24.43.1`], 'Puppeteer')
  const main = join(folder, 'node_modules', PACKAGE, 'lib', 'esm', 'puppeteer', 'puppeteer-core.js')
  const { default: puppeteer } = await import(pathToFileURL(main).href)
  return puppeteer.launch({ browser: 'firefox', executablePath, headless: true })
}
