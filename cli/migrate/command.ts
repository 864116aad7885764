import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { parse, type TomlTable, type TomlValue } from 'smol-toml'
import { OPTIONS, RENAMED_OPTIONS } from '@/lib/server/config/options'
import { shellWord } from '@/lib/shared/contract/shell-word'
import { type Place, placeOf, secretsPath } from '@/lib/shared/deployment/parameters'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'

interface Options {
  to: string
  stage: string
  value?: string
}

/** `vision migrate secrets`: converts the `.streamlit/secrets.toml` of a Streamlit deployment. */
export function migrateCommand(program: Command, { commandName }: Pick<CommandContext, 'commandName'>): void {
  program
    .command('migrate')
    .description('Migrate from an earlier Streamlit deployment')
    .command('secrets')
    .description('Convert secrets.toml to .env lines, or to commands that store it for a stage in AWS')
    .argument('[file]', 'secrets file of the Streamlit app', '.streamlit/secrets.toml')
    .option('--to <format>', 'env or ssm', 'env')
    .option('--stage <stage>', 'stage in AWS', 'prod')
    .option('--value <name>', 'print only the value of this secret')
    .action((file: string, options: Options) => {
      // A value for a pipe must not end with a line break.
      process.stdout.write(
        options.value === undefined ? `${render(file, options, commandName)}\n` : secretOf(file, options.value),
      )
    })
}

/** The secrets, by environment variable name: `[api] url = "…"` is API_URL. */
function readSecrets(file: string): Map<string, string> {
  try {
    return new Map(flat(parse(readFileSync(file, 'utf8'))))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new Failure(EXIT.notFound, `There is no file named ${file}.`)
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

/** Lists are joined by commas, as this app reads them. */
function text(value: TomlValue): string {
  return Array.isArray(value) ? value.map(text).join(',') : String(value)
}

function secretOf(file: string, name: string): string {
  const found = readSecrets(file).get(name)
  if (found === undefined) throw new Failure(EXIT.notFound, `${file} has no ${name}.`)
  return found
}

function render(file: string, { to, stage }: Options, commandName: string): string {
  const secrets = readSecrets(file)
  if (to === 'env') return [...secrets].map(([name, content]) => envLine(name, content)).join('\n')
  if (to !== 'ssm') throw new Failure(EXIT.usage, '--to must be env or ssm.')
  if (!/^[a-z0-9-]+$/.test(stage)) throw new Failure(EXIT.usage, `${stage} is not a valid stage name.`)
  return commands(file, stage, secrets, commandName).join('\n')
}

/**
 * Secrets go to the Parameter Store, and settings to the stage. Values that the stage sets itself, or that nothing
 * reads, are only listed.
 */
function commands(file: string, stage: string, secrets: ReadonlyMap<string, string>, commandName: string): string[] {
  const at = (place: Place) => [...secrets].filter(([name]) => placeOf(newName(name), isKnown(name)) === place)
  const from = `${commandName} migrate secrets ${shellWord(file)}`
  // Values go through a pipe, so that they never appear in the shell history or in a process list.
  const put = at('secret').map(
    ([name]) =>
      `${from} --value ${name} | aws ssm put-parameter --type SecureString --overwrite --name ${secretsPath(stage)}/${newName(name)} --value file:///dev/stdin`,
  )
  const settings = at('setting')
    .filter(([, value]) => value !== '')
    .map(([name, value]) => shellWord(`${newName(name)}=${value}`))
  return [
    // Tasks read the secrets in the region of the stage.
    ...(put.length > 0 ? [`export AWS_REGION="$(npm run --silent deploy:region -- --stage ${stage})"`, ...put] : []),
    ...(settings.length > 0 ? [`npm run deploy:set -- --stage ${stage} ${settings.join(' ')}`] : []),
    ...at('nowhere').map(([name]) =>
      isKnown(name) ? `# a stage sets it itself: ${newName(name)}` : `# not read by this app: ${name}`,
    ),
  ]
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
