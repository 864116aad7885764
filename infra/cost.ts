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
/** Assumed usage of a stage. Its size comes from the stage table; these values do not. */
export const ASSUMED = { logsGb: 1, storageGb: 5, capacityUnits: 0.2 } as const
/** Root disk of the NAT instance, in GB. */
const NAT_DISK = 8
/** Number of custom metrics that a service writes. */
const CUSTOM_METRICS = COUNTS.length + TIMES.length + GAUGES.length + BLOCKED.length
/** The alarms in infra/alarms.ts and infra/worker.ts. */
const ALARMS = { web: 6, most: 1, worker: 5, cacheNode: 3, replicatedNode: 4 }

/** A cost that is billed but not in the total, because it depends on usage that no table contains. */
export interface ExcludedCost {
  what: string
  /** Null if it has no single price. */
  price: PriceName | null
}

/** Costs of a stage that its total leaves out, the highest in practice first. */
export function excludedCosts({ nat, endpoints, cache, web, worker }: Stage): ExcludedCost[] {
  const of = (what: string, price: PriceName | null, there = true): ExcludedCost[] => (there ? [{ what, price }] : [])
  return [
    ...of('data leaving AWS: responses, gallery photos, result downloads', 'transfer'),
    ...of(
      'data through the NAT gateways: images from other registries, photos fetched by URL',
      'natData',
      nat === 'gateway',
    ),
    ...of('data through the interface endpoints: container images, logs', 'endpointData', endpoints.length > 0),
    ...of('data between zones: load balancer to tasks, tasks to cache, each way', 'zoneData'),
    ...of('tasks above the minimum', null, web.max > web.min || (worker !== null && worker.max > worker.min)),
    ...of('load balancer capacity above the assumed amount', 'balancerUse'),
    ...of('S3 requests: photos and results of jobs, models at each task start', 'requests'),
    ...of('logs, access logs and storage above the assumed amounts', 'logs'),
    ...of('cache backups beyond the first', 'backup', (cache?.replicas ?? 0) > 0),
    ...of('the registry: images of earlier deployments are kept', 'registry'),
    ...of('the hosted zone of a domain, and DNS queries', 'zone'),
    ...of('KMS keys for SecureStrings, alarm emails', null),
    ...of('taxes and support; the free tier and Savings Plans reduce the total', null),
  ]
}

/** Monthly cost of a stage with its minimum number of tasks, in dollars, without the costs in `excludedCosts`. */
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
  const metrics = CUSTOM_METRICS + (worker ? CUSTOM_METRICS + BACKLOG.length : 0)
  const alarms = ALARMS.web + (web.max > web.min ? ALARMS.most : 0) + (worker ? ALARMS.worker : 0) + alarmsOf(cache)
  const lines = [
    ...tasks('web tasks', web, stage),
    ...(worker ? tasks('workers', worker, stage) : []),
    hours('load balancer', 'balancer', 1),
    hours('load balancer capacity units', 'balancerUse', ASSUMED.capacityUnits),
    hours('public addresses of the load balancer and the NAT', 'address', zones + nats),
    hours('NAT', nat === 'gateway' ? 'natGateway' : 'natInstance', nats),
    ...(nat === 'instance' ? [months("the NAT's disk", 'disk', NAT_DISK)] : []),
    hours('interface endpoints', 'endpoint', endpoints.length * zones),
    ...(cache ? [hours('cache', cache.node, 1 + cache.replicas), months("the cache's password", 'secret', 1)] : []),
    months('custom metrics', 'metric', metrics),
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

function tasks(what: string, { size, min }: Tasks, { spot }: Stage): Line[] {
  const { cpu, memory } = sizeOf(size)
  // With `most`, the first task runs on fixed capacity, and the minimum number of tasks is assumed.
  const share = spot === 'all' ? PRICES.spot.dollars : 1
  const of = (price: PriceName, amount: string) =>
    HOURS * min * Number.parseFloat(amount) * share * PRICES[price].dollars
  return [
    { what: `${what}: CPU`, price: 'core', dollars: of('core', cpu) },
    { what: `${what}: memory`, price: 'memory', dollars: of('memory', memory) },
  ]
}

/** Monthly cost of one additional web task. */
export function costOfTask(stage: Stage): number {
  return tasks('', { ...stage.web, min: 1 }, { ...stage, spot: stage.spot === 'none' ? 'none' : 'all' }).reduce(
    (sum, { dollars }) => sum + dollars,
    0,
  )
}
