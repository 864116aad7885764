import type { Settings } from '../../infra/settings'
import { type Stage, sizeOf, type Tasks } from '../../infra/stages'
import { ask, firstLine, Refusal } from './commands'

/** A quota of the account that a stage uses. */
export interface Quota {
  /** Plural name: `VPCs`. */
  what: string
  service: string
  /** Quota code: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
  code: string
  /** What this deployment needs in addition to current use. With less, it is refused. */
  needs: number
  /** The maximum that the stage can use. With less, it can't scale that far. */
  max: number
}

/** A quota as AWS reports it: its value, and the metric with the current use. */
interface Answer {
  value: number
  usage: { MetricNamespace: string; MetricName: string; MetricDimensions: Record<string, string> } | null
}

/** Quotas without a usage metric, which are counted instead. */
const COUNTS: Record<string, readonly string[]> = {
  'L-F678F1CE': ['ec2', 'describe-vpcs', '--query', 'length(Vpcs)'],
  'L-0263D0A3': ['ec2', 'describe-addresses', '--query', 'length(Addresses)'],
}
const WINDOW_MS = 15 * 60_000

/**
 * Quotas of a new account that a stage comes close to.
 *
 * @param there whether it is already deployed: then its network exists, and its tasks run while the next ones start
 */
export function quotasOf(stage: Stage, there: boolean): Quota[] {
  const { nat, zones, spot } = stage
  const [min, max] = [coresOf(stage, 'min'), coresOf(stage, 'max')]
  // During a deployment there are twice as many tasks.
  const rolling = there ? min : 2 * min
  const fargate = (what: string, code: string, share: number): Quota => ({
    what,
    service: 'fargate',
    code,
    needs: Math.ceil(rolling * share),
    max: Math.ceil((max + min) * share),
  })
  const network = (what: string, service: string, code: string, count: number): Quota[] =>
    there ? [] : [{ what, service, code, needs: count, max: count }]
  return [
    ...network('VPCs', 'vpc', 'L-F678F1CE', 1),
    ...network('Elastic IP addresses', 'ec2', 'L-0263D0A3', nat === 'gateway' ? zones : 1),
    ...(spot === 'all' ? [] : [fargate('Fargate vCPUs', 'L-3032A538', 1)]),
    ...(spot === 'none' ? [] : [fargate('Fargate Spot vCPUs', 'L-36FBB829', spot === 'all' ? 1 : 0.75)]),
  ]
}

function coresOf({ web, worker }: Stage, bound: 'min' | 'max'): number {
  const of = (tasks: Tasks) => tasks[bound] * Number.parseFloat(sizeOf(tasks.size).cpu)
  return of(web) + (worker === null ? 0 : of(worker))
}

/**
 * Compares what a stage needs with the quotas of the account in its region.
 *
 * @returns lines to print: quotas that limit the stage or can't be read
 * @throws Refusal if a quota is too small
 */
export async function checkQuotas(stage: Stage, { project }: Settings): Promise<string[]> {
  const own = [`Name=tag:Project,Values=${project}`, `Name=tag:Stage,Values=${stage.name}`]
  const query = ['--query', 'length(Vpcs)', '--output', 'text']
  const found = await ask('aws', ['ec2', 'describe-vpcs', '--region', stage.region, '--filters', ...own, ...query])
  const count = found.ok ? Number(found.stdout || Number.NaN) : Number.NaN
  if (Number.isNaN(count)) return [`The quotas were not checked: ${firstLine(found.out) || "can't read the networks"}.`]
  const quotas = quotasOf(stage, count > 0)
  const lines = await Promise.all(quotas.map((quota) => checkQuota(quota, stage)))
  return lines.flat()
}

async function checkQuota(quota: Quota, { name, region }: Stage): Promise<string[]> {
  const { what, service, code, needs, max } = quota
  const which = ['--region', region, '--service-code', service, '--quota-code', code]
  const query = ['--query', 'Quota.{value:Value,usage:UsageMetric}', '--output', 'json']
  const { ok, out, stdout } = await ask('aws', ['service-quotas', 'get-service-quota', ...which, ...query])
  const said = ok ? parse(stdout) : null
  const used = said === null ? null : await usedOf(quota, said, region)
  if (said === null || used === null)
    return [`The quota of ${what} was not checked: ${firstLine(out) || "can't read it"}.`]
  const free = said.value - used
  if (free < needs) {
    const more = `aws service-quotas request-service-quota-increase ${which.join(' ')} --desired-value ${Math.ceil(used + Math.max(needs, max))}`
    throw new Refusal(
      `The quota of ${what} in ${region} is ${said.value}, of which ${used} are used, but ${name} needs ${needs} more. To increase it: ${more}`,
    )
  }
  return free < max
    ? [
        `The account has ${free} ${what} left in ${region}. ${name} can use up to ${max} and won't scale beyond the quota.`,
      ]
    : []
}

function parse(text: string): Answer | null {
  try {
    const { value, usage } = JSON.parse(text) as Answer
    return typeof value === 'number' ? { value, usage: usage ?? null } : null
  } catch {
    return null
  }
}

/** Current use: counted, or from CloudWatch. Null if it can't be determined. */
async function usedOf({ code }: Quota, { usage }: Answer, region: string): Promise<number | null> {
  const question = COUNTS[code] ?? (usage === null ? null : metric(usage))
  if (question === null) return null
  const { ok, stdout } = await ask('aws', [...question, '--region', region, '--output', 'text'])
  // Without data points, nothing is in use.
  const used = stdout === 'None' ? 0 : Number(stdout || Number.NaN)
  return ok && Number.isFinite(used) ? used : null
}

function metric({ MetricNamespace, MetricName, MetricDimensions }: NonNullable<Answer['usage']>): string[] {
  const dimensions = Object.entries(MetricDimensions).map(([name, value]) => `Name=${name},Value=${value}`)
  const now = Date.now()
  return [
    ...['cloudwatch', 'get-metric-statistics', '--namespace', MetricNamespace, '--metric-name', MetricName],
    ...['--dimensions', ...dimensions],
    ...['--start-time', new Date(now - WINDOW_MS).toISOString(), '--end-time', new Date(now).toISOString()],
    ...['--period', String(WINDOW_MS / 1000), '--statistics', 'Maximum', '--query', 'max(Datapoints[].Maximum)'],
  ]
}
