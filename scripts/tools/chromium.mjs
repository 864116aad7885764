// Where a Chromium for the browser tests is, or how to get one.
import { existsSync } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Path of an installed Chromium; undefined leaves it to Playwright's own download. */
export function chromiumPath() {
  return process.env.CHROMIUM_PATH || PLACES.find((path) => existsSync(path))
}
