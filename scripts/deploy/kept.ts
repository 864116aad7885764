import { checkSetting, type Kept, type Parameter, parseKept } from '../../infra/kept'
import { type Settings, settingsOf } from '../../infra/settings'
import { homeOf, type Stage } from '../../infra/stages'
import { secretsPath, settingsPath } from '../../lib/shared/deployment/parameters'
import { ask, firstLine, Refusal } from './commands'

/** What is kept with a stage, as AWS's command reads it. The deployment itself reads the same: infra/read-settings.ts. */
export async function readKept(stage: Stage): Promise<Kept> {
  const home = homeOf(stage)
  const settings = await below(settingsPath(home.name), home.region)
  const secrets = await below(secretsPath(stage.name), stage.region)
  return inALine(() => parseKept(settings, secrets))
}

/** @throws Refusal where the shell says something else */
export async function readSettings(stage: Stage): Promise<Settings> {
  const kept = await readKept(stage)
  return inALine(() => settingsOf(stage, kept))
}

/**
 * Keeps settings with a stage, or takes them away where the value is empty. All are checked before the first is written.
 *
 * @param words `DOMAIN=vision.example.com`
 */
export async function keep(stage: Stage, words: readonly string[]): Promise<void> {
  const home = homeOf(stage)
  if (home.name !== stage.name) {
    throw new Refusal(`${stage.name} has the settings of ${home.name}: npm run deploy:set -- --stage ${home.name} …`)
  }
  const changes = words.map(parseChange)
  const path = settingsPath(stage.name)
  const after = new Map((await below(path, stage.region)).map((each) => [each.name, each]))
  for (const { name, value } of changes) {
    if (value === '') after.delete(`${path}/${name}`)
    else after.set(`${path}/${name}`, { name: `${path}/${name}`, type: 'String', value })
  }
  inALine(() => parseKept([...after.values()], []))
  for (const { name, value } of changes) await write(stage.region, `${path}/${name}`, value)
  if (after.size === 0) console.log(`Nothing is kept with ${stage.name}.`)
  for (const { name, value } of after.values()) console.log(`${name.slice(path.length + 1)}=${value}`)
}

/** Takes away what is kept with a stage: a preview leaves nothing behind. */
export async function forget({ name, region }: Stage): Promise<void> {
  const kept = [...(await below(settingsPath(name), region)), ...(await below(secretsPath(name), region))]
  for (const parameter of kept) await write(region, parameter.name, '')
}

function parseChange(word: string): { name: string; value: string } {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(word) ?? []
  if (name === undefined || value === undefined)
    throw new Refusal(`${word} is no setting: NAME=value sets it, NAME= takes it away.`)
  // What was kept by a tree that knew it may always go.
  if (value !== '') inALine(() => checkSetting(name, value))
  return { name, value }
}

async function write(region: string, name: string, value: string): Promise<void> {
  // As JSON: AWS's command would read a value like file://… from that file.
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
    throw new Refusal(`The parameter ${name} cannot be written: ${firstLine(out)}.`)
  }
}

async function below(path: string, region: string): Promise<Parameter[]> {
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
  if (!ok) throw new Refusal(`The SSM Parameter Store cannot be read: ${firstLine(out)}.`)
  return JSON.parse(stdout) as Parameter[]
}

/** What is wrong with what people wrote, as the one line that it is. */
export function inALine<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new Refusal((error as Error).message)
  }
}
