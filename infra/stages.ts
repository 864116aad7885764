import type { SecretOption } from '../lib/shared/deployment/parameters'
import { didYouMean } from './did-you-mean'
import { REGIONS } from './regions'

/**
 * What differs between the stages, in one table. Everything else is the same everywhere: a stage that passes its tests tells of the next one.
 * Pure data: the resources, the cost estimate and the tests read it.
 */

/** A task's size: the combinations that Fargate has. Vertical scaling is this one value. */
export type Size = keyof typeof SIZES

const SIZES = {
  '0.25 vCPU, 1 GB': { cpu: '0.25 vCPU', memory: '1 GB' },
  '0.5 vCPU, 1 GB': { cpu: '0.5 vCPU', memory: '1 GB' },
  '1 vCPU, 2 GB': { cpu: '1 vCPU', memory: '2 GB' },
  '2 vCPU, 4 GB': { cpu: '2 vCPU', memory: '4 GB' },
  '4 vCPU, 8 GB': { cpu: '4 vCPU', memory: '8 GB' },
} as const

/** Tasks of a service: how large, how few and how many. */
export interface Tasks {
  size: Size
  least: number
  most: number
}

/** ElastiCache for Valkey. With a replica in another zone it fails over by itself. */
export interface Cache {
  node: 't4g.micro' | 't4g.small' | 'm7g.large'
  replicas: 0 | 1
}

export interface Stage {
  /** `dev`, `staging`, `prod`, `prod-eu-west-1`, or a preview's own name. */
  name: string
  /** Where it is. A second region has it in its name. */
  region: string
  zones: 2 | 3
  /** How tasks reach the internet: one small instance, or a gateway in each zone. */
  nat: 'instance' | 'gateway'
  /** AWS services with an endpoint in the network, besides S3's free one. Others are reached through the NAT. */
  endpoints: readonly ('ecr.api' | 'ecr.dkr' | 'logs' | 'ssm')[]
  architecture: 'x86_64' | 'arm64'
  web: Tasks
  /** Batch work in tasks of its own. Null: the one web task does it, in a folder of its own. */
  worker: Tasks | null
  /** What tasks share. Without it there is one web task and no worker. */
  cache: Cache | null
  /** Share of tasks beyond the first that run on spare capacity, which AWS takes back at two minutes' notice. */
  spot: 'all' | 'most' | 'none'
  /** Whether `aws ecs execute-command` opens a shell in a task. */
  exec: boolean
  /** Secrets that must be there; the tasks get the others that lie in the Parameter Store, too. */
  secrets: readonly SecretOption[]
  logDays: 7 | 30 | 90
  /** Days after which photos and results of jobs go, and old versions of what was overwritten or deleted. */
  outputs: { days: number; oldVersionDays: number }
  /** Photos a client may send in a minute. */
  rateLimit: number
  /** Whether `sst remove` is refused, and what outlives it. */
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
  web: { size: '0.5 vCPU, 1 GB', least: 1, most: 1 },
  worker: null,
  cache: null,
  spot: 'all',
  exec: true,
  secrets: ['ADMIN_TOKEN'],
  logDays: 7,
  outputs: { days: 7, oldVersionDays: 1 },
  rateLimit: 600,
  protect: false,
  removal: 'remove',
}

const STAGING: Stage = {
  ...DEV,
  name: 'staging',
  web: { size: '0.5 vCPU, 1 GB', least: 1, most: 10 },
  worker: { size: '0.5 vCPU, 1 GB', least: 1, most: 10 },
  cache: { node: 't4g.micro', replicas: 0 },
  spot: 'most',
  logDays: 30,
  outputs: { days: 30, oldVersionDays: 7 },
}

const PROD: Stage = {
  ...STAGING,
  name: 'prod',
  nat: 'gateway',
  endpoints: ['ecr.api', 'ecr.dkr', 'logs', 'ssm'],
  // Two in two zones: one may be lost, and a zone with it.
  web: { size: '1 vCPU, 2 GB', least: 2, most: 10 },
  worker: { size: '0.5 vCPU, 1 GB', least: 2, most: 10 },
  cache: { node: 't4g.micro', replicas: 1 },
  spot: 'none',
  exec: false,
  logDays: 90,
  outputs: { days: 90, oldVersionDays: 30 },
  protect: true,
  removal: 'retain',
}

const STAGES: Record<string, Stage> = { dev: DEV, staging: STAGING, prod: PROD }

/** The names that have a line of their own. */
export const STAGE_NAMES = Object.keys(STAGES)

/** A second region of production: `prod-eu-west-1`. */
const SECOND_REGIONS = REGIONS.filter((region) => region !== PROD.region).map((region) => `${PROD.name}-${region}`)

/** A stage for one pull request, or for whoever names it. Short: names of AWS's own are made of it. */
const PREVIEW = /^(pr-[1-9]\d{0,6}|preview-[a-z0-9]+(-[a-z0-9]+)*)$/
const LONGEST_PREVIEW = 32

/**
 * The stage of a name: a line of the table, `prod-<region>`, which is production again in another region and shares its domain, or a preview (`pr-123`,
 * `preview-name`), a dev stage of its own that goes without a trace.
 *
 * @throws Error with one line where the name is none of these: a typing error must not become a stage that nobody guards
 */
export function stageOf(name: string): Stage {
  const known = Object.hasOwn(STAGES, name) ? STAGES[name] : undefined
  if (known) return known
  if (SECOND_REGIONS.includes(name)) return { ...PROD, name, region: name.slice(PROD.name.length + 1) }
  if (PREVIEW.test(name) && name.length <= LONGEST_PREVIEW) {
    return { ...DEV, name, spot: 'all', protect: false, removal: 'remove' }
  }
  throw new Error(`${name || 'an empty name'} is no stage: ${hint(name)}`)
}

function hint(name: string): string {
  if (name === `${PROD.name}-${PROD.region}`) return `${PROD.region} is where ${PROD.name} is already.`
  const meant = didYouMean(name, [...STAGE_NAMES, ...SECOND_REGIONS]) ?? previewOf(name)
  const allowed = `There are ${STAGE_NAMES.join(', ')}, ${PROD.name}-<region>, and previews: pr-<number>, preview-<name>.`
  return `did you mean ${meant}? ${allowed}`
}

/** What a preview of this name would be called. */
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

/** The stage whose settings another one has: production's, in each of its regions. */
export function homeOf(stage: Stage): Pick<Stage, 'name' | 'region'> {
  return SECOND_REGIONS.includes(stage.name) ? PROD : stage
}

/** Whether a stage is somebody's for a while, and leaves nothing behind. */
export function isPreview({ name }: Stage): boolean {
  return PREVIEW.test(name)
}

/** A size in SST's words. */
export function sizeOf(size: Size): (typeof SIZES)[Size] {
  return SIZES[size]
}
