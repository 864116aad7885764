/** A step of a plan, as `sst diff --json` prints it: Pulumi's `StepEventMetadata`. */
export interface Step {
  op: string
  urn: string
  type: string
  detailedDiff?: Record<string, unknown> | null
}

/** What cannot be had back by the next deployment, or is what visitors come by: it is not removed along with other things. */
const GUARDED: Record<string, string> = {
  Listener: 'listener',
  LoadBalancer: 'load balancer',
  Certificate: 'certificate',
  Bucket: 'bucket',
  BucketV2: 'bucket',
  ReplicationGroup: 'cache',
  Record: 'DNS record',
  TopicSubscription: 'subscription of the alarms',
  Vpc: 'network',
}

/** A replacement removes what was there. */
const REMOVES = new Set(['delete', 'replace', 'create-replacement', 'delete-replaced', 'discard-replaced'])
const SIGNS: Record<string, string> = { create: '+', import: '+', update: '*', delete: '-' }

/**
 * The steps of a plan. One that makes a certificate does not know its name yet, and SST plans a balancer's listeners only with it: in such a plan they seem to go,
 * and the deployment has them. They are left out; the certificate itself is guarded.
 *
 * @throws Error where the text is no plan
 */
export function parsePlan(text: string): Step[] {
  const steps: unknown = JSON.parse(text)
  if (steps === null) return []
  const isStep = (step: Partial<Step> | null) => typeof step?.op === 'string' && typeof step.urn === 'string'
  if (!Array.isArray(steps) || !steps.every(isStep)) throw new Error('not a list of steps')
  return withoutUnplanned(steps as Step[])
}

function withoutUnplanned(steps: Step[]): Step[] {
  const makesCertificate = steps.some(
    ({ op, type }) => op.startsWith('create') && /^aws:acm\/.*:CertificateValidation$/.test(type),
  )
  return makesCertificate ? steps.filter((step) => !(step.op === 'delete' && guardOf(step) === 'listener')) : steps
}

/** A line for each thing that changes, in the plan's order: `+` is made, `*` changed, with what of it, `-` removed, `±` replaced. */
export function planLines(steps: readonly Step[]): string[] {
  const lines = new Map<string, string>()
  for (const step of steps) {
    const sign = REMOVES.has(step.op) && step.op !== 'delete' ? '±' : SIGNS[step.op]
    if (sign === undefined || step.type === 'pulumi:pulumi:Stack') continue
    const paths = Object.keys(step.detailedDiff ?? {}).filter((path) => !path.startsWith('__'))
    const changed = sign === '*' && paths.length > 0 ? `: ${paths.sort().join(', ')}` : ''
    lines.set(step.urn, `${sign} ${nameOf(step)} (${step.type})${changed}`)
  }
  return [...lines.values()]
}

/**
 * Lines that say why a plan is refused: it would remove or replace what is guarded, and nobody has asked for that by name; or a name was given and the plan
 * does not remove it.
 *
 * @param asked names of resources that may go
 */
export function refusedRemovals(steps: readonly Step[], asked: readonly string[]): string[] {
  const gone = new Map(
    steps.filter(({ op }) => REMOVES.has(op)).map((step) => [step.urn, { name: nameOf(step), kind: guardOf(step) }]),
  )
  const removals = [...gone.values()]
  return [
    ...removals
      .filter(({ name, kind }) => kind !== undefined && !asked.includes(name))
      .map(({ name, kind }) => `the ${kind} ${name} would go: --remove ${name}`),
    ...asked
      .filter((name) => !removals.some((removal) => removal.name === name))
      .map((name) => `${name} would not go, and --remove names it`),
  ]
}

/** @returns `Listener` of `aws:lb/listener:Listener`, where that is guarded */
function guardOf({ type, urn }: Step): string | undefined {
  const full = type || (urn.split('::').at(-2) ?? '')
  return full.startsWith('aws:') ? GUARDED[full.slice(full.lastIndexOf(':') + 1)] : undefined
}

function nameOf({ urn }: Step): string {
  return urn.split('::').at(-1) ?? urn
}
