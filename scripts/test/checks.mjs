// The fast checks. Each has a name and a function that returns whether it passed.
import { toolBeside } from '../steps.mjs'

/** The longest first: they run two at a time. */
export const CHECKS = [
  [
    'types',
    async () =>
      (await toolBeside('next', ['typegen'])) &&
      (await toolBeside('tsc', ['--noEmit'])) &&
      // The service worker has other globals.
      toolBeside('tsc', ['--noEmit', '-p', 'lib/client/offline/worker']),
  ],
  ['unused files, exports and packages', () => toolBeside('knip', ['--no-progress'])],
  ['import boundaries', () => toolBeside('tsx', ['scripts/test/boundaries.ts'])],
  ['openapi.json is current', () => toolBeside('tsx', ['scripts/docs/openapi.ts', '--check'])],
  [
    'openapi.json is a good description',
    () => toolBeside('redocly', ['lint', 'docs/openapi.json'], { REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }),
  ],
  ['the list of options is current', () => toolBeside('tsx', ['scripts/docs/configuration.ts', '--check'])],
  ['the description of gRPC messages is current', () => toolBeside('tsx', ['scripts/build/protos.mjs', '--check'])],
  ['format and lint', () => toolBeside('biome', ['check', '--error-on-warnings'])],
]

/** Runs every check, even after a failure. Returns the number of passed checks and the names of failed ones. */
export async function runChecks(checks = CHECKS) {
  const waiting = [...checks]
  const failed = []
  async function lane() {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, check] = next
      const passed = await check()
      console.log(`── ${name}: ${passed ? 'passed' : 'failed'}`)
      if (!passed) failed.push(name)
    }
  }
  await Promise.all([lane(), lane()])
  return { passed: checks.length - failed.length, failed }
}
