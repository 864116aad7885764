// SST's platform: its components and their types, which infra/ is checked and built against. From the npm registry alone.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tool } from '../steps.mjs'

const VERSION = '.sst/platform/version'
// Without the first variable SST would fetch Pulumi, which only a deployment needs.
const ENVIRONMENT = { SST_SKIP_DEPENDENCY_CHECK: '1', SST_NO_BUN: '1', SST_TELEMETRY_DISABLED: '1' }
const ARGUMENTS = ['install', '--stage', 'dev']

function isInstalled() {
  const { version } = JSON.parse(readFileSync('node_modules/sst/package.json', 'utf8'))
  return existsSync(VERSION) && readFileSync(VERSION, 'utf8').trim() === version
}

/** Begins to install what `sst.config.ts` stands on, while other things are done. Resolves when it is done, well or not. */
export function beginPlatform() {
  if (isInstalled()) return Promise.resolve()
  const child = spawn(join('node_modules', '.bin', 'sst'), ARGUMENTS, {
    stdio: 'ignore',
    env: { ...process.env, ...ENVIRONMENT },
  })
  return new Promise((done) => {
    child.once('close', done)
    child.once('error', ({ message }) => {
      console.error(`sst cannot be run: ${message}`)
      done()
    })
  })
}

/** Types of the deployment, against SST's own, which are installed where they are not there yet. */
export function checkInfraTypes() {
  if (!isInstalled()) {
    console.log('Installing the platform of SST (once) …')
    if (!tool('sst', ARGUMENTS, ENVIRONMENT)) return false
  }
  return tool('tsc', ['-p', 'infra/tsconfig.json'])
}
