import { type Settings, settingsOf } from '../../infra/settings'
import { type Stage, settingsStageOf } from '../../infra/stages'
import { checkSetting, type Parameter, parseStoredSettings, type StoredSettings } from '../../infra/stored-settings'
import { secretsPath, settingsPath } from '../../lib/shared/deployment/parameters'
import { ask, firstLine, Refusal } from './commands'

/**
 * Reads the stored settings of a stage with the AWS CLI. The deployment reads the same data: infra/read-settings.ts.
 */
export async function readStoredSettings(stage: Stage): Promise<StoredSettings> {
  const settingsStage = settingsStageOf(stage)
  const settings = await parametersBelow(settingsPath(settingsStage.name), settingsStage.region)
  const secrets = await parametersBelow(secretsPath(stage.name), stage.region)
  return oneLineErrors(() => parseStoredSettings(settings, secrets))
}

/** @throws Refusal if the shell contradicts them */
export async function readSettings(stage: Stage): Promise<Settings> {
  const stored = await readStoredSettings(stage)
  return oneLineErrors(() => settingsOf(stage, stored))
}

/**
 * Stores settings with a stage, or removes those with an empty value. Everything is validated before anything is
 * written.
 *
 * @param words `DOMAIN=vision.example.com`
 */
export async function storeSettings(stage: Stage, words: readonly string[]): Promise<void> {
  const settingsStage = settingsStageOf(stage)
  if (settingsStage.name !== stage.name) {
    throw new Refusal(
      `${stage.name} uses the settings of ${settingsStage.name}: npm run deploy:set -- --stage ${settingsStage.name} …`,
    )
  }
  const changes = words.map(parseChange)
  const path = settingsPath(stage.name)
  const after = new Map((await parametersBelow(path, stage.region)).map((each) => [each.name, each]))
  for (const { name, value } of changes) {
    if (value === '') after.delete(`${path}/${name}`)
    else after.set(`${path}/${name}`, { name: `${path}/${name}`, type: 'String', value })
  }
  oneLineErrors(() => parseStoredSettings([...after.values()], []))
  for (const { name, value } of changes) await write(stage.region, `${path}/${name}`, value)
  if (after.size === 0) console.log(`${stage.name} has no stored settings.`)
  for (const { name, value } of after.values()) console.log(`${name.slice(path.length + 1)}=${value}`)
}

/** Removes everything that is stored with a stage, because a preview leaves nothing behind. */
export async function removeParameters({ name, region }: Stage): Promise<void> {
  const stored = [
    ...(await parametersBelow(settingsPath(name), region)),
    ...(await parametersBelow(secretsPath(name), region)),
  ]
  for (const parameter of stored) await write(region, parameter.name, '')
}

function parseChange(word: string): { name: string; value: string } {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(word) ?? []
  if (name === undefined || value === undefined)
    throw new Refusal(`${word} is not a setting. Use NAME=value to set one, or NAME= to remove it.`)
  // Anything can be removed, including settings of other versions.
  if (value !== '') oneLineErrors(() => checkSetting(name, value))
  return { name, value }
}

async function write(region: string, name: string, value: string): Promise<void> {
  // As JSON, because the AWS CLI would replace a value like file://… with the content of that file.
  const put = [
    'put-parameter',
    '--cli-input-json',
    JSON.stringify({ Name: name, Value: value, Type: 'String', Overwrite: true }),
  ]
  const { ok, out } = await ask('aws', [
    'ssm',
    ...(value === '' ? ['delete-parameter', '--name', name] : put),
    '--region',
    region,
  ])
  if (!ok && !(value === '' && out.includes('ParameterNotFound'))) {
    throw new Refusal(`Can't write the parameter ${name}: ${firstLine(out)}.`)
  }
}

async function parametersBelow(path: string, region: string): Promise<Parameter[]> {
  const query = ['--query', 'Parameters[].{name:Name,type:Type,value:Value}', '--output', 'json']
  const { ok, out, stdout } = await ask('aws', [
    'ssm',
    'get-parameters-by-path',
    '--region',
    region,
    '--path',
    path,
    ...query,
  ])
  if (!ok) throw new Refusal(`Can't read the SSM Parameter Store: ${firstLine(out)}.`)
  return JSON.parse(stdout) as Parameter[]
}

/** Turns an error into its message, which is the one line that the user sees. */
export function oneLineErrors<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Refusal((error as Error).message)
  }
}
