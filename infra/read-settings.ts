import { secretsPath, settingsPath } from '../lib/shared/deployment/parameters'
import { type Parameter, parseKept } from './kept'
import { type Settings, settingsOf } from './settings'
import { homeOf, type Stage } from './stages'

/** Reads what is kept with a stage, with the rights of whoever deploys it. Values of secrets are not asked for. */
export async function readSettings(stage: Stage): Promise<Settings> {
  const home = homeOf(stage)
  const [settings, secrets] = await Promise.all([
    below(settingsPath(home.name), home.region),
    below(secretsPath(stage.name), stage.region),
  ])
  return settingsOf(stage, parseKept(settings, secrets))
}

async function below(path: string, region: string): Promise<Parameter[]> {
  const { names, types, values } = await aws.ssm.getParametersByPath({ path, region, withDecryption: false })
  return names.map((name, i) => ({ name, type: types[i] ?? '', value: values[i] ?? '' }))
}
