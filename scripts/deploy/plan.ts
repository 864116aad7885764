/** A step of a plan in the output of `sst diff --json`: Pulumi's `StepEventMetadata`. */
export interface Step {
  op: string
  urn: string
  type: string
  detailedDiff?: Record<string, unknown> | null
}

/** Resources that the next deployment can't restore, or that visitors depend on. They are never removed implicitly. */
const GUARDED: Record<string, string> = {
  Listener: 'listener',
  LoadBalancer: 'load balancer',
  Certificate: 'certificate',
  Bucket: 'bucket',
  BucketV2: 'bucket',
  ReplicationGroup: 'cache',
  Record: 'DNS record',
  TopicSubscription: 'alarm subscription',
  Vpc: 'network',
}

/** Operations that remove the existing resource. */
const REMOVES = new Set(['delete', 'replace', 'create-replacement', 'delete-replaced', 'discard-replaced'])
const SIGNS: Record<string, string> = { create: '+', import: '+', update: '*', delete: '-' }

/**
 * The steps of a plan. When a plan creates a certificate, its ARN is unknown, and SST only plans the listeners of the
 * load balancer with it. The listeners then seem to be removed, although the deployment has them, so these steps are
 * dropped. The certificate itself is protected.
 *
 * @throws Error if the text is not a plan
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

/** One line per change, in plan order: `+` create, `*` update with the changed properties, `-` delete, `±` replace. */
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
 * Reasons to refuse a plan, one per line: it would remove or replace a protected resource that isn't named, or a named
 * resource isn't removed.
 *
 * @param removable names of resources that may be removed
 */
export function refusedRemovals(steps: readonly Step[], removable: readonly string[]): string[] {
  const gone = new Map(
    steps.filter(({ op }) => REMOVES.has(op)).map((step) => [step.urn, { name: nameOf(step), kind: guardOf(step) }]),
  )
  const removals = [...gone.values()]
  return [
    ...removals
      .filter(({ name, kind }) => kind !== undefined && !removable.includes(name))
      .map(({ name, kind }) => `the ${kind} ${name}. To allow this: --remove ${name}`),
    ...removable
      .filter((name) => !removals.some((removal) => removal.name === name))
      .map((name) => `--remove names ${name}, but the plan does not remove it`),
  ]
}

/** @returns `Listener` for `aws:lb/listener:Listener` if that type is protected */
function guardOf({ type, urn }: Step): string | undefined {
  const full = type || (urn.split('::').at(-2) ?? '')
  return full.startsWith('aws:') ? GUARDED[full.slice(full.lastIndexOf(':') + 1)] : undefined
}

function nameOf({ urn }: Step): string {
  return urn.split('::').at(-1) ?? urn
}
