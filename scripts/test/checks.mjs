// The fast checks. Each has a name and a function that returns whether it passed.
import { tool } from '../steps.mjs'

export const CHECKS = [
  ['format and lint', () => tool('biome', ['check', '--error-on-warnings'])],
  ['types', () => tool('next', ['typegen']) && tool('tsc', ['--noEmit'])],
  ['unused files, exports and packages', () => tool('knip', ['--no-progress'])],
  ['import boundaries', () => tool('tsx', ['scripts/test/boundaries.ts'])],
  ['openapi.json is current', () => tool('tsx', ['scripts/docs/openapi.ts', '--check'])],
  ['the list of options is current', () => tool('tsx', ['scripts/docs/configuration.ts', '--check'])],
]

/** Runs every check, even after a failure. Returns the number of passed checks and the names of failed ones. */
export function runChecks() {
  let passed = 0
  const failed = []
  for (const [name, check] of CHECKS) {
    console.log(`\n── ${name}`)
    if (check()) passed++
    else failed.push(name)
  }
  return { passed, failed }
}
