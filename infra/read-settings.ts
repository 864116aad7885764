import { secretsPath, settingsPath } from '../lib/shared/deployment/parameters'
import { type Settings, settingsOf } from './settings'
import { type Stage, settingsStageOf } from './stages'
import { type Parameter, parseStoredSettings } from './stored-settings'

/** Reads the stored settings of a stage with the deploying user's permissions. Secret values are not requested. */
export async function readSettings(stage: Stage): Promise<Settings> {
  const settingsStage = settingsStageOf(stage)
  const [settings, secrets] = await Promise.all([
    parametersBelow(settingsPath(settingsStage.name), settingsStage.region),
    parametersBelow(secretsPath(stage.name), stage.region),
  ])
  return settingsOf(stage, parseStoredSettings(settings, secrets))
}

async function parametersBelow(path: string, region: string): Promise<Parameter[]> {
  const { names, types, values } = await aws.ssm.getParametersByPath({ path, region, withDecryption: false })
  return names.map((name, i) => ({ name, type: types[i] ?? '', value: values[i] ?? '' }))
}
