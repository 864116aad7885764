// npm run deploy -- --stage dev: puts this tree into AWS, and asks it afterwards whether it is there. npm run deploy:remove takes a stage away.
//   deploy:set keeps settings with a stage, deploy:region says where it is, deploy:prove asks a site what it runs.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { releaseOf } from '../../infra/settings'
import { isPreview, type Stage, stageOf } from '../../infra/stages'
import { ask, firstLine, Refusal, show } from './commands'
import { forget, inALine, keep } from './kept'
import { parsePlan, planLines, refusedRemovals } from './plan'
import { preflight } from './preflight'
import { prove } from './prove'

const PATIENCE_MS = 10 * 60_000
const NAMES = '<dev|staging|prod|prod-<region>|pr-<number>|preview-<name>>'
const USAGE = `npm run deploy -- --stage ${NAMES} [--yes] [--remove <name of a resource that may go>]`
const PROVE = 'npm run deploy:prove -- --url <address>, with REVISION where it is not the commit that is checked out'

interface Outputs {
  url?: string
  /** Name of the load balancer. */
  balancer?: string
}

interface Options {
  yes: boolean
  /** Names of guarded resources that may be removed. */
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
  if (command === 'prove') return proveTree(values.url)
  const name = values.stage
  if (!name) throw new Refusal(USAGE)
  const stage = inALine(() => stageOf(name))
  if (command === 'region') return void console.log(stage.region)
  if (command === 'set') return keep(stage, words)
  if (command === 'remove') return remove(stage, values.yes)
  if (command !== undefined) throw new Refusal(USAGE)
  await deploy(stage, values)
}

async function deploy(stage: Stage, { yes, remove }: Options): Promise<void> {
  const release = inALine(() => releaseOf(stage))
  if (release.image !== null && release.revision === null) {
    throw new Refusal('IMAGE is set and REVISION is not: nobody could tell whether that image is what runs afterwards.')
  }
  const revision = release.revision ?? (await revisionOfTree())
  await preflight(stage, release)
  const environment = { AWS_REGION: stage.region, REVISION: revision }
  await plan(stage, remove, environment)
  await confirm(`Deploy this to ${stage.name}?`, yes || !stage.protect)
  if (!(await show('sst', ['deploy', '--stage', stage.name], environment)))
    throw new Refusal('The deployment failed; see above.')
  const { url, balancer } = JSON.parse(readFileSync('.sst/outputs.json', 'utf8')) as Outputs
  if (!url || !balancer) throw new Refusal('The deployment names no address in .sst/outputs.json.')
  await prove({ url, balancer }, versionOf(revision), patience())
}

/** Shows what would change. @throws Refusal where something would go that nobody asked for by name */
async function plan({ name }: Stage, asked: readonly string[], environment: Record<string, string>): Promise<void> {
  console.log('Making the plan …')
  const { ok, out, stdout } = await ask('sst', ['diff', '--stage', name, '--json'], environment)
  if (!ok) {
    console.error(out)
    throw new Refusal('The plan cannot be made; see above.')
  }
  const steps = inALine(() => readPlan(stdout))
  const lines = planLines(steps)
  console.log(lines.length === 0 ? 'Nothing changes.' : lines.join('\n'))
  const refused = refusedRemovals(steps, asked)
  if (refused.length > 0) {
    throw new Refusal(
      `This is not deployed to ${name}, for what it would remove or replace:\n- ${refused.join('\n- ')}`,
    )
  }
}

function readPlan(text: string): ReturnType<typeof parsePlan> {
  try {
    return parsePlan(text)
  } catch (error) {
    throw new Error(`The plan cannot be read (${(error as Error).message}), so nothing is deployed.`)
  }
}

/** Asks a site that was deployed before whether it is this tree, and has it classify a photo. */
async function proveTree(url: string | undefined): Promise<void> {
  if (!url) throw new Refusal(PROVE)
  await prove({ url, balancer: null }, versionOf(process.env.REVISION || (await revisionOfTree())), patience())
}

/** What the image of a tree calls itself; see scripts/build/image-files.mjs. */
function versionOf(revision: string): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  return `${version}+${revision.slice(0, 12)}`
}

const patience = () => Number(process.env.DEPLOY_PATIENCE_MS ?? PATIENCE_MS)

/** The commit, or the time where there are changes that no commit has: two such trees are not the same. */
async function revisionOfTree(): Promise<string> {
  const commit = await ask('git', ['rev-parse', 'HEAD'])
  const changes = await ask('git', ['status', '--porcelain'])
  if (commit.ok && changes.ok && changes.out === '') return firstLine(commit.out)
  console.log('This tree has changes that are not committed; its version is named after the time.')
  return `dirty${Date.now().toString(36)}`
}

async function remove(stage: Stage, yes: boolean): Promise<void> {
  const { name, region, protect } = stage
  if (protect) throw new Refusal(`${name} is protected: set protect to false in infra/stages.ts and deploy that first.`)
  await confirm(`Remove ${name} with everything that is in it?`, yes)
  if (!(await show('sst', ['remove', '--stage', name], { AWS_REGION: region })))
    throw new Refusal('Not everything was removed; see above, and run it again.')
  if (isPreview(stage)) await forget(stage)
}

async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY) throw new Refusal(`${question} Nobody is here to ask: say --yes.`)
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refusal('Nothing was changed.')
}

main().catch((error: Error) => {
  console.error(error instanceof Refusal ? error.message : error.stack)
  process.exitCode = 1
})
