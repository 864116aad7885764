import type { API_KEY_MODES } from '../lib/shared/contract/keys'
import type { SecretOption } from '../lib/shared/deployment/parameters'
import { nearest } from '../lib/shared/search/nearest'
import { REGIONS } from './regions'

/**
 * Everything that differs between stages, in one table. Everything else is the same, so that staging predicts
 * production. Pure data, read by the resources, the cost estimate and the tests.
 */

/** Task sizes that Fargate supports. To scale vertically, change this one value. */
export type Size = keyof typeof SIZES

const SIZES = {
  '0.25 vCPU, 1 GB': { cpu: '0.25 vCPU', memory: '1 GB' },
  '0.5 vCPU, 1 GB': { cpu: '0.5 vCPU', memory: '1 GB' },
  '1 vCPU, 2 GB': { cpu: '1 vCPU', memory: '2 GB' },
  '2 vCPU, 4 GB': { cpu: '2 vCPU', memory: '4 GB' },
  '4 vCPU, 8 GB': { cpu: '4 vCPU', memory: '8 GB' },
} as const

/** Size, minimum and maximum number of the tasks of a service. */
export interface Tasks {
  size: Size
  min: number
  max: number
}

/** ElastiCache for Valkey. With a replica in another zone it fails over automatically. */
export interface Cache {
  node: 't4g.micro' | 't4g.small' | 'm7g.large'
  replicas: 0 | 1
}

export interface Stage {
  /** `dev`, `staging`, `prod`, `prod-eu-west-1`, or the name of a preview. */
  name: string
  /** AWS region. The name of a second region contains it. */
  region: string
  zones: 2 | 3
  /** How tasks reach the internet: one small instance, or a gateway per zone. */
  nat: 'instance' | 'gateway'
  /** AWS services with an interface endpoint, besides the free S3 endpoint. Others are reached through the NAT. */
  endpoints: readonly ('ecr.api' | 'ecr.dkr' | 'logs' | 'ssm')[]
  architecture: 'x86_64' | 'arm64'
  web: Tasks
  /** Separate tasks for batch work. Null: the only web task does it, in its own folder. */
  worker: Tasks | null
  /** The state that tasks share. Without it there is one web task and no worker. */
  cache: Cache | null
  /** Share of tasks beyond the first that run on Spot capacity, which AWS can reclaim with two minutes' notice. */
  spot: 'all' | 'most' | 'none'
  /** Whether `aws ecs execute-command` can open a shell in a task. */
  exec: boolean
  /** Required secrets. Tasks also get the others that exist in the Parameter Store. */
  secrets: readonly SecretOption[]
  logDays: 7 | 30 | 90
  /** Days until photos and results of jobs expire, and old versions of overwritten or deleted objects. */
  outputs: { days: number; oldVersionDays: number }
  /** Maximum photos per client and minute. */
  rateLimit: number
  /** Whether API requests need a key, unless the stored settings say otherwise. Keys are in the outputs bucket. */
  apiKeys: (typeof API_KEY_MODES)[number]
  /** Whether `sst remove` is refused, and whether resources are kept after it. */
  protect: boolean
  removal: 'remove' | 'retain'
}

const DEV: Stage = {
  name: 'dev',
  region: 'us-west-2',
  zones: 2,
  nat: 'instance',
  endpoints: [],
  architecture: 'x86_64',
  web: { size: '0.5 vCPU, 1 GB', min: 1, max: 1 },
  worker: null,
  cache: null,
  spot: 'all',
  exec: true,
  secrets: ['ADMIN_TOKEN'],
  logDays: 7,
  outputs: { days: 7, oldVersionDays: 1 },
  rateLimit: 600,
  // Its only task would lose them: it has no bucket for what outlives it.
  apiKeys: 'off',
  protect: false,
  removal: 'remove',
}

const STAGING: Stage = {
  ...DEV,
  name: 'staging',
  web: { size: '0.5 vCPU, 1 GB', min: 1, max: 10 },
  worker: { size: '0.5 vCPU, 1 GB', min: 1, max: 10 },
  cache: { node: 't4g.micro', replicas: 0 },
  spot: 'most',
  apiKeys: 'required',
  logDays: 30,
  outputs: { days: 30, oldVersionDays: 7 },
}

const PROD: Stage = {
  ...STAGING,
  name: 'prod',
  nat: 'gateway',
  endpoints: ['ecr.api', 'ecr.dkr', 'logs', 'ssm'],
  // Two tasks in two zones, so that a task or a zone can fail.
  web: { size: '1 vCPU, 2 GB', min: 2, max: 10 },
  worker: { size: '0.5 vCPU, 1 GB', min: 2, max: 10 },
  cache: { node: 't4g.micro', replicas: 1 },
  spot: 'none',
  exec: false,
  logDays: 90,
  outputs: { days: 90, oldVersionDays: 30 },
  protect: true,
  removal: 'retain',
}

const STAGES: Record<string, Stage> = { dev: DEV, staging: STAGING, prod: PROD }

/** Names of the stages in the table. */
export const STAGE_NAMES = Object.keys(STAGES)

/** Stage names of additional production regions: `prod-eu-west-1`. */
const SECOND_REGIONS = REGIONS.filter((region) => region !== PROD.region).map((region) => `${PROD.name}-${region}`)

/** Previews, of a pull request or with a chosen name. Short, because AWS resource names contain it. */
const PREVIEW = /^(pr-[1-9]\d{0,6}|preview-[a-z0-9]+(-[a-z0-9]+)*)$/
const LONGEST_PREVIEW = 32

/**
 * The stage with this name: one from the table; `prod-<region>`, which is production in another region with the same
 * domain; or a preview (`pr-123`, `preview-name`), which is a separate dev stage that leaves nothing behind.
 *
 * @throws Error with one line for any other name, so that a typo doesn't create an unprotected stage
 */
export function stageOf(name: string): Stage {
  const known = Object.hasOwn(STAGES, name) ? STAGES[name] : undefined
  if (known) return known
  if (SECOND_REGIONS.includes(name)) return { ...PROD, name, region: name.slice(PROD.name.length + 1) }
  if (PREVIEW.test(name) && name.length <= LONGEST_PREVIEW) {
    return { ...DEV, name, spot: 'all', protect: false, removal: 'remove' }
  }
  throw new Error(`${name || 'An empty name'} is not a stage. ${hint(name)}`)
}

function hint(name: string): string {
  if (name === `${PROD.name}-${PROD.region}`) return `${PROD.region} is the region of ${PROD.name} itself.`
  const meant = nearest(name, [...STAGE_NAMES, ...SECOND_REGIONS], { samePrefix: 4 }) ?? previewOf(name)
  const allowed = `Stages are ${STAGE_NAMES.join(', ')}, ${PROD.name}-<region>, and the previews pr-<number> and preview-<name>.`
  return `Did you mean ${meant}? ${allowed}`
}

/** The name of a preview that is closest to this name. */
function previewOf(name: string): string {
  const number = /^pr[^a-z\d]?([1-9]\d{0,6})$/i.exec(name)?.[1]
  if (number !== undefined) return `pr-${number}`
  const words = name
    .toLowerCase()
    .replace(/^preview/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
  const trimmed = words.replace(/^-/, '').slice(0, LONGEST_PREVIEW - 'preview-'.length)
  return `preview-${trimmed.replace(/-$/, '') || 'name'}`
}

/** The stage that stores the settings: all production regions use those of the first. */
export function settingsStageOf(stage: Stage): Pick<Stage, 'name' | 'region'> {
  return SECOND_REGIONS.includes(stage.name) ? PROD : stage
}

/** Whether a stage is temporary and leaves nothing behind. */
export function isPreview({ name }: Stage): boolean {
  return PREVIEW.test(name)
}

/** A size in the format of SST. */
export function sizeOf(size: Size): (typeof SIZES)[Size] {
  return SIZES[size]
}
