// Finds a Chromium for the browser tests.
import { existsSync } from 'node:fs'

const PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** Path of an installed Chromium; undefined to use Playwright's own download. */
export function chromiumPath() {
  return process.env.CHROMIUM_PATH || PATHS.find((path) => existsSync(path))
}

const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell'

/**
 * Path of Chromium without a window, which Playwright's own headless browser is, too: it takes a third less time, and has
 * no camera. Otherwise that of an installed Chromium.
 */
export function headlessShellPath() {
  return process.env.CHROMIUM_PATH || (existsSync(HEADLESS_SHELL) ? HEADLESS_SHELL : chromiumPath())
}
