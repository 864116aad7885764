import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { parse, type TomlTable, type TomlValue } from 'smol-toml'
import { OPTIONS, RENAMED_OPTIONS } from '@/lib/server/config/options'
import { type Place, placeOf, secretsPath } from '@/lib/shared/deployment/parameters'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'

interface Options {
  to: string
  stage: string
  value?: string
}

/** `vision migrate secrets`: what a Streamlit deployment kept in `.streamlit/secrets.toml`, for this one. */
export function migrateCommand(program: Command, { called }: Pick<CommandContext, 'called'>): void {
  program
    .command('migrate')
    .description('from the deployment before this one')
    .command('secrets')
    .description('a secrets.toml as lines for .env, or as commands that keep it with a stage in AWS')
    .argument('[file]', 'Streamlit’s secrets', '.streamlit/secrets.toml')
    .option('--to <what>', 'env or ssm', 'env')
    .option('--stage <stage>', 'the stage', 'prod')
    .option('--value <name>', 'print the value of this one and nothing else')
    .action((file: string, options: Options) => {
      // What a pipe takes ends where the value ends.
      process.stdout.write(
        options.value === undefined ? `${migrated(file, options, called)}\n` : secretOf(file, options.value),
      )
    })
}

/** The secrets by the names that environments have: `[api] url = "…"` is API_URL. */
function readSecrets(file: string): Map<string, string> {
  try {
    return new Map(flat(parse(readFileSync(file, 'utf8'))))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Failure(EXIT.notFound, `${file} is not there.`)
    const [line] = (error as Error).message.split('\n')
    throw new Failure(EXIT.invalid, `${file} is not valid TOML: ${line}.`, { cause: error })
  }
}

function flat(table: TomlTable, above = ''): [name: string, value: string][] {
  return Object.entries(table).flatMap(([key, value]) => {
    const name = `${above}${key}`.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
    return isTable(value) ? flat(value, `${name}_`) : [[name, text(value)] as [string, string]]
  })
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

/** Lists as this app reads them: with commas. */
function text(value: TomlValue): string {
  return Array.isArray(value) ? value.map(text).join(',') : String(value)
}

function secretOf(file: string, name: string): string {
  const found = readSecrets(file).get(name)
  if (found === undefined) throw new Failure(EXIT.notFound, `${file} has no ${name}.`)
  return found
}

function migrated(file: string, { to, stage }: Options, called: string): string {
  const secrets = readSecrets(file)
  if (to === 'env') return [...secrets].map(([name, content]) => envLine(name, content)).join('\n')
  if (to !== 'ssm') throw new Failure(EXIT.usage, '--to is env or ssm.')
  if (!/^[a-z0-9-]+$/.test(stage)) throw new Failure(EXIT.usage, `${stage} is no stage.`)
  return commands(file, stage, secrets, called).join('\n')
}

/** Secrets go into the Parameter Store and settings to the stage; what a stage sets itself, or nothing reads, is only named. */
function commands(file: string, stage: string, secrets: ReadonlyMap<string, string>, called: string): string[] {
  const at = (place: Place) => [...secrets].filter(([name]) => placeOf(newName(name), isKnown(name)) === place)
  const from = `${called} migrate secrets ${quoted(file)}`
  // The values go through a pipe: no history of a shell and no list of processes has them.
  const put = at('secret').map(
    ([name]) =>
      `${from} --value ${name} | aws ssm put-parameter --type SecureString --overwrite --name ${secretsPath(stage)}/${newName(name)} --value file:///dev/stdin`,
  )
  const settings = at('setting')
    .filter(([, value]) => value !== '')
    .map(([name, value]) => quoted(`${newName(name)}=${value}`))
  return [
    // Where the stage is, a task reads them.
    ...(put.length > 0 ? [`export AWS_REGION="$(npm run --silent deploy:region -- --stage ${stage})"`, ...put] : []),
    ...(settings.length > 0 ? [`npm run deploy:set -- --stage ${stage} ${settings.join(' ')}`] : []),
    ...at('nowhere').map(([name]) =>
      isKnown(name) ? `# a stage sets it itself: ${newName(name)}` : `# not read by this app: ${name}`,
    ),
  ]
}

/** As a word of a shell. */
function quoted(text: string): string {
  return /^[\w./:@,+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

function envLine(name: string, value: string): string {
  const line = `${newName(name)}=${/^[\w./:@,+-]*$/.test(value) ? value : JSON.stringify(value)}`
  return isKnown(name) ? line : `# not read by this app: ${line}`
}

function newName(name: string): string {
  return (RENAMED_OPTIONS as Record<string, string>)[name] ?? name
}

function isKnown(name: string): boolean {
  return newName(name) in OPTIONS
}
