// SST's platform: its components and their types, which infra/ is checked and built against. From the npm registry alone.
import { existsSync, readFileSync } from 'node:fs'
import { tool } from './steps.mjs'

const VERSION = '.sst/platform/version'

/** Installs what `sst.config.ts` stands on, unless it is there already. True where it is. */
export function installPlatform() {
  const { version } = JSON.parse(readFileSync('node_modules/sst/package.json', 'utf8'))
  if (existsSync(VERSION) && readFileSync(VERSION, 'utf8').trim() === version) return true
  console.log('Installing the platform of SST (once) …')
  // Without the first variable SST would fetch Pulumi, which only a deployment needs.
  const env = { SST_SKIP_DEPENDENCY_CHECK: '1', SST_NO_BUN: '1', SST_TELEMETRY_DISABLED: '1' }
  return tool('sst', ['install', '--stage', 'dev'], env)
}

/** Types of the deployment, against SST's own. */
export function checkInfraTypes() {
  return installPlatform() && tool('tsc', ['-p', 'infra/tsconfig.json'])
}
