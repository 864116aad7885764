import { PROJECT, STAGE_SETTINGS } from '../lib/shared/deployment/parameters'
import type { Kept } from './kept'
import type { Stage } from './stages'

type Shell = Record<string, string | undefined>

/** What a stage is made of besides its line in the table. */
export interface Settings {
  /** First part of what is named in AWS. */
  project: string
  /** Where the site is, `vision.example.com`; null for the load balancer's own name over plain HTTP. */
  domain: string | null
  /** The Route 53 zone of that domain. */
  zone: string | null
  /** Who is told of alarms. */
  alarmEmail: string | null
  /** Options of the app, for its tasks. */
  options: Readonly<Record<string, string>>
  /** Secrets that lie in the Parameter Store. */
  secrets: Kept['secrets']
}

/** What runs in a stage: the one thing that whoever deploys it says. */
export interface Release {
  /** An image that was built before, by its digest; null builds the Dockerfile. */
  image: string | null
  /** Which tree is deployed, for the image that is built; it stands behind the version at /health/status. */
  revision: string | null
}

/**
 * What the shell says of a deployment: which image, and nothing of what the stage is.
 *
 * @throws Error with one line where it says something else than the table, or names an image by its tag
 */
export function releaseOf(stage: Pick<Stage, 'name' | 'region'>, shell: Shell = process.env): Release {
  refuse(
    shell,
    'AWS_REGION',
    stage.region,
    `${stage.name} is in ${stage.region}: unset it. A stage's region is in infra/stages.ts`,
  )
  refuse(
    shell,
    'PROJECT_NAME',
    PROJECT,
    `this tree deploys ${PROJECT}: unset it. The name is in lib/shared/deployment/parameters.ts`,
  )
  const image = shell.IMAGE || null
  if (image !== null && !image.includes('@sha256:')) {
    throw new Error(`IMAGE=${image} names no digest: a tag may mean another image tomorrow`)
  }
  return { image, revision: shell.REVISION || null }
}

/**
 * What is kept with the stage, whoever deploys it from where.
 *
 * @throws Error with one line where the shell says something else: it would be left out without a word
 */
export function settingsOf(stage: Pick<Stage, 'name'>, kept: Kept, shell: Shell = process.env): Settings {
  for (const name of Object.keys(STAGE_SETTINGS) as (keyof typeof STAGE_SETTINGS)[]) {
    const has = kept.stage[name]
    const said = has === undefined ? `${stage.name} has none` : `${stage.name} has ${has}`
    refuse(
      shell,
      name,
      has,
      `${said}: unset it, or set it for good: npm run deploy:set -- --stage ${stage.name} ${name}=…`,
    )
  }
  const domain = kept.stage.DOMAIN ?? null
  return {
    project: PROJECT,
    domain,
    zone: kept.stage.DNS_ZONE ?? (domain === null ? null : domain.split('.').slice(1).join('.')),
    alarmEmail: kept.stage.ALARM_EMAIL ?? null,
    options: kept.options,
    secrets: kept.secrets,
  }
}

function refuse(shell: Shell, name: string, wanted: string | undefined, why: string): void {
  const value = shell[name]
  if (value && value !== wanted) throw new Error(`${name}=${value} is set in this shell, and ${why}`)
}
