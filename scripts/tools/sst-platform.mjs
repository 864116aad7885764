// SST's platform: its components and types, against which infra/ is type-checked and built. Only from the npm registry.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tool, toolBeside, toolScript } from '../steps.mjs'

const VERSION = '.sst/platform/version'
// The first variable prevents SST from downloading Pulumi, which only a deployment needs.
const ENVIRONMENT = { SST_SKIP_DEPENDENCY_CHECK: '1', SST_NO_BUN: '1', SST_TELEMETRY_DISABLED: '1' }
const ARGUMENTS = ['install', '--stage', 'dev']

function isInstalled() {
  const { version } = JSON.parse(readFileSync('node_modules/sst/package.json', 'utf8'))
  return existsSync(VERSION) && readFileSync(VERSION, 'utf8').trim() === version
}

/** Starts installing the platform in the background. Resolves when it has finished, whether it succeeded or not. */
export function startPlatformInstall() {
  if (isInstalled()) return Promise.resolve()
  const child = spawn(process.execPath, [toolScript('sst'), ...ARGUMENTS], {
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

/** Type-checks the deployment against SST's types. Installs them if needed. */
export async function checkInfraTypes() {
  if (!isInstalled()) {
    console.log('Installing the SST platform (once) …')
    if (!tool('sst', ARGUMENTS, ENVIRONMENT)) return false
  }
  return toolBeside('tsc', ['-p', 'infra/tsconfig.json'])
}
