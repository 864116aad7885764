import type { Settings } from '../../infra/settings'
import { type Stage, sizeOf, type Tasks } from '../../infra/stages'
import { ask, firstLine, Refusal } from './commands'

/** A quota of the account that a stage needs a share of. */
export interface Quota {
  /** In words, as many: `VPCs`. */
  what: string
  service: string
  /** AWS's code of it; https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html */
  code: string
  /** What this deployment takes beyond what is used now. Less stops it. */
  needs: number
  /** What the stage may take at its most. Less bounds it. */
  most: number
}

/** What AWS says of a quota: how much there may be, and where what is used is counted. */
interface Answer {
  value: number
  usage: { MetricNamespace: string; MetricName: string; MetricDimensions: Record<string, string> } | null
}

/** What AWS has no figure of, and is counted. */
const COUNTS: Record<string, readonly string[]> = {
  'L-F678F1CE': ['ec2', 'describe-vpcs', '--query', 'length(Vpcs)'],
  'L-0263D0A3': ['ec2', 'describe-addresses', '--query', 'length(Addresses)'],
}
const WINDOW_MS = 15 * 60_000

/**
 * The quotas that a stage comes near to in a new account.
 *
 * @param there whether it is deployed already: then it has its network, and runs while its next tasks start
 */
export function quotasOf(stage: Stage, there: boolean): Quota[] {
  const { nat, zones, spot } = stage
  const [least, most] = [coresOf(stage, 'least'), coresOf(stage, 'most')]
  // While tasks are replaced there are twice as many.
  const rolling = there ? least : 2 * least
  const fargate = (what: string, code: string, share: number): Quota => ({
    what,
    service: 'fargate',
    code,
    needs: Math.ceil(rolling * share),
    most: Math.ceil((most + least) * share),
  })
  const network = (what: string, service: string, code: string, count: number): Quota[] =>
    there ? [] : [{ what, service, code, needs: count, most: count }]
  return [
    ...network('VPCs', 'vpc', 'L-F678F1CE', 1),
    ...network('elastic IP addresses', 'ec2', 'L-0263D0A3', nat === 'gateway' ? zones : 1),
    ...(spot === 'all' ? [] : [fargate('vCPUs of Fargate', 'L-3032A538', 1)]),
    ...(spot === 'none' ? [] : [fargate('vCPUs of Fargate Spot', 'L-36FBB829', spot === 'all' ? 1 : 0.75)]),
  ]
}

function coresOf({ web, worker }: Stage, bound: 'least' | 'most'): number {
  const of = (tasks: Tasks) => tasks[bound] * Number.parseFloat(sizeOf(tasks.size).cpu)
  return of(web) + (worker === null ? 0 : of(worker))
}

/**
 * Compares what a stage takes with what the account may have in its region.
 *
 * @returns lines to print: quotas that bound the stage, or that nobody could read
 * @throws Refusal where one is too small
 */
export async function checkQuotas(stage: Stage, { project }: Settings): Promise<string[]> {
  const own = [`Name=tag:Project,Values=${project}`, `Name=tag:Stage,Values=${stage.name}`]
  const query = ['--query', 'length(Vpcs)', '--output', 'text']
  const found = await ask('aws', ['ec2', 'describe-vpcs', '--region', stage.region, '--filters', ...own, ...query])
  const count = found.ok ? Number(found.stdout || Number.NaN) : Number.NaN
  if (Number.isNaN(count))
    return [`The quotas are not checked: ${firstLine(found.out) || 'the networks cannot be read'}.`]
  const quotas = quotasOf(stage, count > 0)
  const lines = await Promise.all(quotas.map((quota) => checkQuota(quota, stage)))
  return lines.flat()
}

async function checkQuota(quota: Quota, { name, region }: Stage): Promise<string[]> {
  const { what, service, code, needs, most } = quota
  const which = ['--region', region, '--service-code', service, '--quota-code', code]
  const query = ['--query', 'Quota.{value:Value,usage:UsageMetric}', '--output', 'json']
  const { ok, out, stdout } = await ask('aws', ['service-quotas', 'get-service-quota', ...which, ...query])
  const said = ok ? parse(stdout) : null
  const used = said === null ? null : await usedOf(quota, said, region)
  if (said === null || used === null)
    return [`The quota of ${what} is not checked: ${firstLine(out) || 'it cannot be read'}.`]
  const free = said.value - used
  if (free < needs) {
    const more = `aws service-quotas request-service-quota-increase ${which.join(' ')} --desired-value ${Math.ceil(used + Math.max(needs, most))}`
    throw new Refusal(
      `The account may have ${said.value} ${what} in ${region} and uses ${used}; ${name} needs ${needs} more. Ask for them: ${more}`,
    )
  }
  return free < most
    ? [`The account has ${free} ${what} left in ${region}; ${name} takes up to ${most} and stops growing there.`]
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

/** How much is used now: counted, or as CloudWatch has it. Null where nobody says. */
async function usedOf({ code }: Quota, { usage }: Answer, region: string): Promise<number | null> {
  const question = COUNTS[code] ?? (usage === null ? null : metric(usage))
  if (question === null) return null
  const { ok, stdout } = await ask('aws', [...question, '--region', region, '--output', 'text'])
  // No data point: nothing of it runs.
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
