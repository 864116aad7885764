import { defineConfig, devices } from '@playwright/test'
import { headlessShellPath } from './scripts/tools/chromium.mjs'

// One port for the runner and its workers, which inherit the environment.
process.env.E2E_PORT ??= String(20_000 + Math.floor(Math.random() * 20_000))
const port = process.env.E2E_PORT

const executablePath = headlessShellPath()

/** For a browser in a container without a network. */
export const browserArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const DESKTOP = { viewport: { width: 1280, height: 800 } }
const PHONE = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } }

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  reporter: [['list'], ['json']],
  // Slow machines take several times as long as others. A test that passes waits for none of it.
  timeout: 120_000,
  expect: { timeout: 30_000 },
  // Tests wait part of the time.
  workers: 3,
  retries: 0,
  forbidOnly: true,
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    // A trace of every test takes half of the time: npx playwright test --trace on records one.
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [...browserArguments],
    },
  },
  // `npm test` runs the first two, `npm test -- extended` the others. Light is checked on the desktop and dark on the phone.
  projects: [
    { name: 'desktop', use: DESKTOP, grepInvert: /@phone-only|@extended/ },
    { name: 'phone', use: PHONE, grep: /@phone(?!-extended)/, grepInvert: /@extended/ },
    { name: 'desktop-extended', use: DESKTOP, grep: /@extended/, grepInvert: /@phone-only/ },
    { name: 'phone-extended', use: PHONE, grep: /@phone-extended|@phone.*@extended/ },
  ],
  webServer: {
    command: 'npm start',
    url: `http://127.0.0.1:${port}/health/ready`,
    // The server may fetch from itself: the only web that there is here.
    env: {
      PORT: port,
      LOG_LEVEL: 'warn',
      DATA_DIR: 'test-results/data',
      FEEDBACK: 'photos',
      // An explanation takes a slow machine longer than the default.
      REQUEST_TIMEOUT_MS: '120000',
      URL_INPUT_ALLOW: `127.0.0.1:${port}`,
    },
    gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
  },
})
