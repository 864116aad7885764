// npm run deploy -- --stage dev: deploys this working tree to AWS and verifies the site. npm run deploy:remove removes
// a stage, deploy:set stores settings, deploy:region prints the region, deploy:prove verifies the version of a site.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { releaseOf } from '../../infra/settings'
import { isPreview, type Stage, stageOf } from '../../infra/stages'
import { ask, firstLine, Refusal, show } from './commands'
import { oneLineErrors, removeParameters, storeSettings } from './parameter-store'
import { parsePlan, planLines, refusedRemovals } from './plan'
import { preflight } from './preflight'
import { verifySite } from './verify'

const VERIFY_TIMEOUT_MS = 10 * 60_000
const NAMES = '<dev|staging|prod|prod-<region>|pr-<number>|preview-<name>>'
const USAGE = `npm run deploy -- --stage ${NAMES} [--yes] [--remove <resource name>]`
const VERIFY_USAGE = 'npm run deploy:prove -- --url <address> (set REVISION if the site does not run HEAD)'

interface Outputs {
  url?: string
  /** DNS name of the load balancer. */
  balancer?: string
}

interface Options {
  yes: boolean
  /** Names of protected resources that may be removed. */
  remove: string[]
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      stage: { type: 'string' },
      url: { type: 'string' },
      yes: { type: 'boolean', default: false },
      remove: { type: 'string', multiple: true, default: [] },
    },
  })
  const [command, ...words] = positionals
  if (command === 'prove') return verifyRevision(values.url)
  const name = values.stage
  if (!name) throw new Refusal(USAGE)
  const stage = oneLineErrors(() => stageOf(name))
  if (command === 'region') return void console.log(stage.region)
  if (command === 'set') return storeSettings(stage, words)
  if (command === 'remove') return remove(stage, values.yes)
  if (command !== undefined) throw new Refusal(USAGE)
  await deploy(stage, values)
}

async function deploy(stage: Stage, { yes, remove }: Options): Promise<void> {
  const release = oneLineErrors(() => releaseOf(stage))
  if (release.image !== null && release.revision === null) {
    throw new Refusal('IMAGE is set without REVISION. Set REVISION to the commit that the image was built from.')
  }
  const revision = release.revision ?? (await workingTreeRevision())
  await preflight(stage, release)
  const environment = { AWS_REGION: stage.region, REVISION: revision }
  await plan(stage, remove, environment)
  await confirm(`Deploy this to ${stage.name}?`, yes || !stage.protect)
  if (!(await show('sst', ['deploy', '--stage', stage.name], environment)))
    throw new Refusal('The deployment failed. See the output above.')
  const { url, balancer } = JSON.parse(readFileSync('.sst/outputs.json', 'utf8')) as Outputs
  if (!url || !balancer) throw new Refusal('.sst/outputs.json contains no address.')
  await verifySite({ url, balancer }, versionOf(revision), verifyTimeout())
}

/** Prints the planned changes. @throws Refusal if a protected resource would be removed and isn't named */
async function plan({ name }: Stage, removable: readonly string[], environment: Record<string, string>): Promise<void> {
  console.log('Creating the plan …')
  const { ok, out, stdout } = await ask('sst', ['diff', '--stage', name, '--json'], environment)
  if (!ok) {
    console.error(out)
    throw new Refusal("Can't create the plan. See the output above.")
  }
  const steps = oneLineErrors(() => readPlan(stdout))
  const lines = planLines(steps)
  console.log(lines.length === 0 ? 'No changes.' : lines.join('\n'))
  const refused = refusedRemovals(steps, removable)
  if (refused.length > 0) {
    throw new Refusal(`Not deployed to ${name}, because the plan would remove or replace:\n- ${refused.join('\n- ')}`)
  }
}

function readPlan(text: string): ReturnType<typeof parsePlan> {
  try {
    return parsePlan(text)
  } catch (error) {
    throw new Error(`Can't read the plan (${(error as Error).message}). Nothing was deployed.`)
  }
}

/** Verifies that an existing site runs this revision, and classifies a photo there. */
async function verifyRevision(url: string | undefined): Promise<void> {
  if (!url) throw new Refusal(VERIFY_USAGE)
  const revision = process.env.REVISION || (await workingTreeRevision())
  await verifySite({ url, balancer: null }, versionOf(revision), verifyTimeout())
}

/** The version that an image of this revision reports; see scripts/build/image-files.mjs. */
function versionOf(revision: string): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  return `${version}+${revision.slice(0, 12)}`
}

const verifyTimeout = () => Number(process.env.DEPLOY_PATIENCE_MS ?? VERIFY_TIMEOUT_MS)

/** The commit, or the time if there are uncommitted changes, because then two trees with the same commit can differ. */
async function workingTreeRevision(): Promise<string> {
  const commit = await ask('git', ['rev-parse', 'HEAD'])
  const changes = await ask('git', ['status', '--porcelain'])
  if (commit.ok && changes.ok && changes.out === '') return firstLine(commit.out)
  console.log('This working tree has uncommitted changes, so its version contains the time instead of the commit.')
  return `dirty${Date.now().toString(36)}`
}

async function remove(stage: Stage, yes: boolean): Promise<void> {
  const { name, region, protect } = stage
  if (protect) throw new Refusal(`${name} is protected. Set protect to false in infra/stages.ts and deploy that first.`)
  await confirm(`Remove ${name} and everything in it?`, yes)
  if (!(await show('sst', ['remove', '--stage', name], { AWS_REGION: region })))
    throw new Refusal('Not everything was removed. See the output above, then run the command again.')
  if (isPreview(stage)) await removeParameters(stage)
}

async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY) throw new Refusal(`${question} This is not a terminal. Pass --yes to confirm.`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refusal('Nothing was changed.')
}

main().catch((error: Error) => {
  console.error(error instanceof Refusal ? error.message : error.stack)
  process.exitCode = 1
})
