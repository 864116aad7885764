/**
 * What a stage in AWS keeps in the SSM Parameter Store, and where: secrets at `/<project>/<stage>/<NAME>`, settings at `/<project>/<stage>/settings/<NAME>`.
 * The deployment reads it, and `vision migrate secrets` writes it.
 */

/** First part of what is named in AWS. */
export const PROJECT = 'vision-classifier'

/** Settings of the stage itself: what it is made of depends on them. */
export const STAGE_SETTINGS = {
  DOMAIN: 'where the site is, vision.example.com; without it at the load balancer’s own name, over plain HTTP',
  DNS_ZONE: 'the Route 53 zone of that domain, where it is not the domain without its first label',
  ALARM_EMAIL: 'who is told of alarms',
} as const

export type StageSetting = keyof typeof STAGE_SETTINGS

/** Options of the app that are secret. Tasks read those that are there. */
export const SECRET_OPTIONS = ['ADMIN_TOKEN', 'BASIC_AUTH'] as const

export type SecretOption = (typeof SECRET_OPTIONS)[number]

/** Options of the app that a deployment gives its tasks itself, or that mean nothing there: nobody may set them. */
export const FIXED_OPTIONS = [
  'HOST',
  'PORT',
  'METRICS_PORT',
  'ENVIRONMENT',
  'PROJECT_NAME',
  'MODELS_DIR',
  'DATA_DIR',
  'REDIS_URL',
  'BUCKET',
  'AWS_REGION',
  'AWS_ENDPOINT_URL',
  // A stage is the API; with it, its tasks would be the pages of another one.
  'API_URL',
  'TRUST_PROXY',
  'INSTANCES',
  'RATE_LIMIT',
  'RESULT_CACHE_BYTES',
  'JOB_RETENTION_HOURS',
  'METRICS',
  'SHUTDOWN_DELAY_MS',
  'SHUTDOWN_TIMEOUT_MS',
  'BATCH_NICE',
] as const

/** Where a name of the environment belongs in a stage. */
export type Place = 'secret' | 'setting' | 'nowhere'

/** @param isOption whether the app reads it; else only what the stage itself is made of has a place */
export function placeOf(name: string, isOption: boolean): Place {
  if ((SECRET_OPTIONS as readonly string[]).includes(name)) return 'secret'
  if (Object.hasOwn(STAGE_SETTINGS, name)) return 'setting'
  return isOption && !(FIXED_OPTIONS as readonly string[]).includes(name) ? 'setting' : 'nowhere'
}

/** @returns `/vision-classifier/prod`, below which a stage's secrets are */
export function secretsPath(stage: string, project: string = PROJECT): string {
  return `/${project}/${stage}`
}

/** @returns `/vision-classifier/prod/settings`, below which its settings are */
export function settingsPath(stage: string, project: string = PROJECT): string {
  return `${secretsPath(stage, project)}/settings`
}
