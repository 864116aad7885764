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
