import { PROJECT, STAGE_SETTINGS } from '../lib/shared/deployment/parameters'
import type { Stage } from './stages'
import type { StoredSettings } from './stored-settings'

type Shell = Record<string, string | undefined>

/** Configuration of a stage in addition to its line in the table. */
export interface Settings {
  /** Prefix of resource names in AWS. */
  project: string
  /** Domain of the site, such as `vision.example.com`; null to use the load balancer's name over plain HTTP. */
  domain: string | null
  /** Route 53 zone of the domain. */
  zone: string | null
  /** Address that receives alarms. */
  alarmEmail: string | null
  /** App options for the tasks. */
  options: Readonly<Record<string, string>>
  /** Secrets that exist in the Parameter Store. */
  secrets: StoredSettings['secrets']
}

/** What runs in a stage: the only thing that the deploying shell selects. */
export interface Release {
  /** An existing image by digest; null builds the Dockerfile. */
  image: string | null
  /** The commit of an image that is built. It is part of the version at /health/status. */
  revision: string | null
}

/**
 * The image that the shell selects. The shell can't change anything else about the stage.
 *
 * @throws Error with one line if the shell contradicts the table, or if the image has a tag instead of a digest
 */
export function releaseOf(stage: Pick<Stage, 'name' | 'region'>, shell: Shell = process.env): Release {
  refuse(
    shell,
    'AWS_REGION',
    stage.region,
    `${stage.name} is in ${stage.region}. Unset it, or change the region in infra/stages.ts`,
  )
  refuse(
    shell,
    'PROJECT_NAME',
    PROJECT,
    `this repository deploys ${PROJECT}. Unset it, or change the name in lib/shared/deployment/parameters.ts`,
  )
  const image = shell.IMAGE || null
  if (image !== null && !image.includes('@sha256:')) {
    throw new Error(`IMAGE=${image} has no digest. Use <name>@sha256:…, because a tag can change`)
  }
  return { image, revision: shell.REVISION || null }
}

/**
 * The stored settings of a stage, independent of who deploys it and from where.
 *
 * @throws Error with one line if the shell sets a different value, which would otherwise be ignored silently
 */
export function settingsOf(stage: Pick<Stage, 'name'>, stored: StoredSettings, shell: Shell = process.env): Settings {
  for (const name of Object.keys(STAGE_SETTINGS) as (keyof typeof STAGE_SETTINGS)[]) {
    const has = stored.stage[name]
    const said = has === undefined ? `${stage.name} has none` : `${stage.name} has ${has}`
    refuse(
      shell,
      name,
      has,
      `${said}. Unset it, or store it with: npm run deploy:set -- --stage ${stage.name} ${name}=…`,
    )
  }
  const domain = stored.stage.DOMAIN ?? null
  return {
    project: PROJECT,
    domain,
    zone: stored.stage.DNS_ZONE ?? (domain === null ? null : domain.split('.').slice(1).join('.')),
    alarmEmail: stored.stage.ALARM_EMAIL ?? null,
    options: stored.options,
    secrets: stored.secrets,
  }
}

function refuse(shell: Shell, name: string, wanted: string | undefined, why: string): void {
  const value = shell[name]
  if (value && value !== wanted) throw new Error(`${name}=${value} is set in this shell, but ${why}`)
}
