import { BACKLOG, BLOCKED, COUNTS, GAUGES, TIMES } from '../lib/server/observe/cloudwatch-metrics'
import { PRICES, type PriceName } from './prices'
import { type Stage, sizeOf, type Tasks } from './stages'

/** One line of the bill. */
export interface Line {
  what: string
  dollars: number
  price: PriceName
}

const HOURS = 730
/** What a stage is assumed to be used for: its size is the table's, this is not. */
export const ASSUMED = { logsGb: 1, storageGb: 5, capacityUnits: 0.2 } as const
/** Root disk of the NAT instance, in GB. */
const NAT_DISK = 8
/** Figures of its own that a service writes. */
const FIGURES = COUNTS.length + TIMES.length + GAUGES.length + BLOCKED.length
/** As infra/alarms.ts and infra/worker.ts have them. */
const ALARMS = { web: 6, most: 1, worker: 5, cacheNode: 3, replicatedNode: 4 }

/** What is on the bill, and not in the sum, because it goes by use that no table knows. */
export interface NotCounted {
  what: string
  /** Null where it has no price of its own. */
  price: PriceName | null
}

/** What costs more of a stage than its sum says, the dearest in practice first. */
export function notCounted({ nat, endpoints, cache, web, worker }: Stage): NotCounted[] {
  const of = (what: string, price: PriceName | null, there = true): NotCounted[] => (there ? [{ what, price }] : [])
  return [
    ...of('data that leaves AWS: answers, photos of the gallery, downloads of results', 'transfer'),
    ...of(
      'data through the NAT gateways: images of tasks from other registries, photos named by their address',
      'natData',
      nat === 'gateway',
    ),
    ...of('data through the interface endpoints: images of tasks, logs', 'endpointData', endpoints.length > 0),
    ...of('data between zones: balancer to tasks, tasks to the cache, each way', 'zoneData'),
    ...of('tasks beyond the least', null, web.most > web.least || (worker !== null && worker.most > worker.least)),
    ...of('more of the balancer than assumed', 'balancerUse'),
    ...of('requests to S3: photos and results of jobs, models at each start of a task', 'requests'),
    ...of('logs, access logs and storage beyond what is assumed', 'logs'),
    ...of('backups of the cache beyond the first', 'backup', (cache?.replicas ?? 0) > 0),
    ...of('the registry: images of earlier deployments stay', 'registry'),
    ...of('the hosted zone of a domain, and questions to it', 'zone'),
    ...of('keys: KMS for SecureStrings, e-mails of alarms', null),
    ...of('taxes and support; free allowances and Savings Plans, which make it less', null),
  ]
}

/** What a stage costs a month while it has its least number of tasks, in dollars, without what `notCounted` names. */
export function costOf(stage: Stage): Line[] {
  const { zones, nat, endpoints, cache, web, worker } = stage
  const hours = (what: string, price: PriceName, count: number): Line => ({
    what,
    price,
    dollars: HOURS * count * PRICES[price].dollars,
  })
  const months = (what: string, price: PriceName, count: number): Line => ({
    what,
    price,
    dollars: count * PRICES[price].dollars,
  })
  const nats = nat === 'gateway' ? zones : 1
  const figures = FIGURES + (worker ? FIGURES + BACKLOG.length : 0)
  const alarms = ALARMS.web + (web.most > web.least ? ALARMS.most : 0) + (worker ? ALARMS.worker : 0) + alarmsOf(cache)
  const lines = [
    ...tasks('web tasks', web, stage),
    ...(worker ? tasks('workers', worker, stage) : []),
    hours('load balancer', 'balancer', 1),
    hours('its use', 'balancerUse', ASSUMED.capacityUnits),
    hours('public addresses of the balancer and the NAT', 'address', zones + nats),
    hours('NAT', nat === 'gateway' ? 'natGateway' : 'natInstance', nats),
    ...(nat === 'instance' ? [months("the NAT's disk", 'disk', NAT_DISK)] : []),
    hours('interface endpoints', 'endpoint', endpoints.length * zones),
    ...(cache ? [hours('cache', cache.node, 1 + cache.replicas), months("the cache's password", 'secret', 1)] : []),
    months('figures', 'metric', figures),
    months('alarms', 'alarm', alarms),
    months('dashboard', 'dashboard', 1),
    months('logs', 'logs', ASSUMED.logsGb),
    months('buckets', 'storage', ASSUMED.storageGb),
  ]
  return lines.filter(({ dollars }) => dollars > 0)
}

function alarmsOf(cache: Stage['cache']): number {
  if (cache === null) return 0
  return (1 + cache.replicas) * (cache.replicas > 0 ? ALARMS.replicatedNode : ALARMS.cacheNode)
}

function tasks(what: string, { size, least }: Tasks, { spot }: Stage): Line[] {
  const { cpu, memory } = sizeOf(size)
  // With `most`, the first task is not on spare capacity, and there are as few as there may be.
  const share = spot === 'all' ? PRICES.spot.dollars : 1
  const of = (price: PriceName, amount: string) =>
    HOURS * least * Number.parseFloat(amount) * share * PRICES[price].dollars
  return [
    { what: `${what}: CPU`, price: 'core', dollars: of('core', cpu) },
    { what: `${what}: memory`, price: 'memory', dollars: of('memory', memory) },
  ]
}

/** What one more web task costs a month. */
export function costOfTask(stage: Stage): number {
  return tasks('', { ...stage.web, least: 1 }, { ...stage, spot: stage.spot === 'none' ? 'none' : 'all' }).reduce(
    (sum, { dollars }) => sum + dollars,
    0,
  )
}
