/**
 * What a stage in AWS stores in the SSM Parameter Store: secrets at `/<project>/<stage>/<NAME>`, settings at
 * `/<project>/<stage>/settings/<NAME>`. The deployment reads them, and `vision migrate secrets` writes them.
 */

/** Prefix of resource names in AWS. */
export const PROJECT = 'vision-classifier'

/** Settings of the stage itself: they determine its resources. */
export const STAGE_SETTINGS = {
  DOMAIN: 'domain of the site, such as vision.example.com; without it, the load balancer’s own name over plain HTTP',
  DNS_ZONE: 'Route 53 zone of that domain, if it isn’t the domain without its first label',
  ALARM_EMAIL: 'email address that receives alarms',
} as const

export type StageSetting = keyof typeof STAGE_SETTINGS

/** Secret options of the app. Tasks read those that exist. */
export const SECRET_OPTIONS = ['ADMIN_TOKEN', 'BASIC_AUTH'] as const

export type SecretOption = (typeof SECRET_OPTIONS)[number]

/** Options of the app that the deployment sets itself, or that have no effect there. They can't be set. */
export const FIXED_OPTIONS = [
  'HOST',
  'PORT',
  'METRICS_PORT',
  // The load balancer forwards HTTP only.
  'GRPC_PORT',
  'GRPC_TLS_CERT',
  'GRPC_TLS_KEY',
  'ENVIRONMENT',
  'PROJECT_NAME',
  'MODELS_DIR',
  'DATA_DIR',
  'REDIS_URL',
  'BUCKET',
  'AWS_REGION',
  'AWS_ENDPOINT_URL',
  // A stage is the API; with this option, its tasks would serve only the pages of another one.
  'API_URL',
  'API_KEY',
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

/** Where an environment variable belongs in a stage. */
export type Place = 'secret' | 'setting' | 'nowhere'

/** @param isOption whether the app reads it; otherwise only settings of the stage itself belong anywhere */
export function placeOf(name: string, isOption: boolean): Place {
  if ((SECRET_OPTIONS as readonly string[]).includes(name)) return 'secret'
  if (Object.hasOwn(STAGE_SETTINGS, name)) return 'setting'
  return isOption && !(FIXED_OPTIONS as readonly string[]).includes(name) ? 'setting' : 'nowhere'
}

/** @returns `/vision-classifier/prod`, the path of a stage's secrets */
export function secretsPath(stage: string, project: string = PROJECT): string {
  return `/${project}/${stage}`
}

/** @returns `/vision-classifier/prod/settings`, the path of its settings */
export function settingsPath(stage: string, project: string = PROJECT): string {
  return `${secretsPath(stage, project)}/settings`
}
