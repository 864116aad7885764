// npm run deploy -- --stage dev: puts this tree into AWS, and asks it afterwards whether it is there. npm run deploy:remove takes a stage away.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { readSettings, type Settings } from '../../infra/settings'
import { type Stage, stageOf } from '../../infra/stages'
import { ask, firstLine, Refusal, show } from './commands'
import { preflight } from './preflight'
import { prove } from './prove'

const PATIENCE_MS = 10 * 60_000
const USAGE = 'npm run deploy -- --stage <dev|staging|prod|prod-<region>|pr-<number>|preview-<name>> [--yes]'
const PROVE = 'npm run deploy:prove -- --url <address>, with REVISION where it is not the commit that is checked out'

interface Outputs {
  url?: string
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { stage: { type: 'string' }, url: { type: 'string' }, yes: { type: 'boolean', default: false } },
  })
  if (positionals[0] === 'prove') return proveTree(values.url)
  if (!values.stage) throw new Refusal(USAGE)
  const stage = stageNamed(values.stage)
  if (positionals[0] === 'remove') return remove(stage, values.yes)
  const settings = settingsOfShell(stage)
  const { region } = settings
  const revision = settings.revision ?? (await revisionOfTree())
  if (settings.image !== null && settings.revision === null) {
    throw new Refusal('IMAGE is set and REVISION is not: nobody could tell whether that image is what runs afterwards.')
  }
  await preflight(stage, settings)
  const environment = { AWS_REGION: region, REVISION: revision }
  if (!(await show('sst', ['diff', '--stage', stage.name], environment)))
    throw new Refusal('The plan cannot be made; see above.')
  await confirm(`Deploy this to ${stage.name}?`, values.yes || !stage.protect)
  if (!(await show('sst', ['deploy', '--stage', stage.name], environment)))
    throw new Refusal('The deployment failed; see above.')
  const { url } = JSON.parse(readFileSync('.sst/outputs.json', 'utf8')) as Outputs
  if (!url) throw new Refusal('The deployment names no address in .sst/outputs.json.')
  await prove(url, versionOf(revision), patience())
}

/** Asks a site that was deployed before whether it is this tree, and has it classify a photo. */
async function proveTree(url: string | undefined): Promise<void> {
  if (!url) throw new Refusal(PROVE)
  await prove(url, versionOf(process.env.REVISION || (await revisionOfTree())), patience())
}

/** What the image of a tree calls itself; see scripts/image-files.mjs. */
function versionOf(revision: string): string {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  return `${version}+${revision.slice(0, 12)}`
}

const patience = () => Number(process.env.DEPLOY_PATIENCE_MS ?? PATIENCE_MS)

function stageNamed(name: string): Stage {
  try {
    return stageOf(name)
  } catch (error) {
    throw new Refusal((error as Error).message)
  }
}

function settingsOfShell(stage: Stage): Settings {
  try {
    return readSettings(stage)
  } catch (error) {
    throw new Refusal((error as Error).message)
  }
}

/** The commit, or the time where there are changes that no commit has: two such trees are not the same. */
async function revisionOfTree(): Promise<string> {
  const commit = await ask('git', ['rev-parse', 'HEAD'])
  const changes = await ask('git', ['status', '--porcelain'])
  if (commit.ok && changes.ok && changes.out === '') return firstLine(commit.out)
  console.log('This tree has changes that are not committed; its version is named after the time.')
  return `dirty${Date.now().toString(36)}`
}

async function remove({ name, protect }: Stage, yes: boolean): Promise<void> {
  if (protect) throw new Refusal(`${name} is protected: set protect to false in infra/stages.ts and deploy that first.`)
  await confirm(`Remove ${name} with everything that is in it?`, yes)
  if (!(await show('sst', ['remove', '--stage', name])))
    throw new Refusal('Not everything was removed; see above, and run it again.')
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
