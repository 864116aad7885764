/** A resource that the deployment requests. */
export interface Resource {
  /** Pulumi's type: `aws:ec2/subnet:Subnet`. */
  type: string
  name: string
  // biome-ignore lint/suspicious/noExplicitAny: AWS resources have no types here; each invariant knows what it reads.
  inputs: Record<string, any>
  /** Names of its dependencies. */
  after: string[]
}

/** Everything in a stage. */
export interface Graph {
  stage: string
  app: {
    removal: string
    protect: boolean
    providers: { aws: { region: string; defaultTags: { tags: Record<string, string> } } }
  }
  resources: Resource[]
  /** Content of the Parameter Store: names of secrets, and settings with their values. */
  stored: { secrets: string[]; settings: Record<string, string> }
  outputs: Record<string, string>
}

/** Returns the violations in a graph, one line each. */
export type Check = (graph: Graph) => string[]

/** A deliberate mistake. Returns false if the stage has nothing to change. */
// biome-ignore lint/suspicious/noConfusingVoidType: most mutations return nothing.
export type Mutation = (graph: Graph) => void | false

/** A rule that holds in every stage, and mistakes that it must catch. */
export interface Invariant {
  name: string
  check: Check
  mutations: Record<string, Mutation>
}

export const regionOf = ({ app }: Graph): string => app.providers.aws.region

export function all({ resources }: Graph, type: RegExp | string): Resource[] {
  return resources.filter((resource) => (typeof type === 'string' ? resource.type === type : type.test(resource.type)))
}

/** The resource with this name. @throws Error if there is none */
export function one({ resources, stage }: Graph, name: string): Resource {
  const found = resources.find((resource) => resource.name === name)
  if (!found) throw new Error(`${stage} has no ${name}`)
  return found
}

export function has({ resources }: Graph, name: string): boolean {
  return resources.some((resource) => resource.name === name)
}

/** Removes resources. */
export function drop(graph: Graph, name: RegExp): undefined | false {
  const kept = graph.resources.filter((resource) => !name.test(resource.name))
  if (kept.length === graph.resources.length) return false
  graph.resources = kept
}

/** The key that marks encrypted values in Pulumi. */
export const MARK = '4dabf18193072939515e22adb298388d'

/** The content of a secret, or the value itself. */
export function unsealed(value: unknown): unknown {
  return typeof value === 'object' && value !== null && MARK in value
    ? (value as unknown as { value: unknown }).value
    : value
}

/** Pulumi wraps secret values. */
export function plain<T>(value: T | { value: T }): T {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : (value as T)
}

export interface Container {
  name: string
  environment: { name: string; value: string }[]
  secrets: { name: string; valueFrom: string }[]
  portMappings: { containerPort?: number; containerPortRange?: string }[]
  mountPoints: { sourceVolume: string; containerPath: string }[]
  logConfiguration: { options: Record<string, string> }
  linuxParameters: { initProcessEnabled: boolean; capabilities?: { drop?: string[] } }
  stopTimeout: number
  user?: string
  command?: string[]
  readonlyRootFilesystem?: boolean
  pseudoTerminal?: boolean
}

/** The services of a stage. */
export function services(graph: Graph): ('Web' | 'Worker')[] {
  return (['Web', 'Worker'] as const).filter((name) => has(graph, `${name}Service`))
}

export function container(graph: Graph, service: string): Container {
  const [first] = JSON.parse(plain<string>(one(graph, `${service}Task`).inputs.containerDefinitions)) as Container[]
  if (!first) throw new Error(`${service} has no container`)
  return first
}

export function changeContainer(graph: Graph, service: string, change: (container: Container) => void): void {
  const changed = container(graph, service)
  change(changed)
  one(graph, `${service}Task`).inputs.containerDefinitions = JSON.stringify([changed])
}

export function environment(graph: Graph, service: string): Record<string, string> {
  return Object.fromEntries(container(graph, service).environment.map(({ name, value }) => [name, value]))
}

export interface Statement {
  Effect: string
  Action: string[]
  Resource: string[]
}

/** Policy statements of a role. */
export function statements({ inputs }: Resource): Statement[] {
  return (inputs.inlinePolicies ?? []).flatMap(
    ({ policy }: { policy: string }) => (JSON.parse(policy) as { Statement: Statement[] }).Statement,
  )
}

export function addStatement({ inputs }: Resource, statement: Partial<Statement>): void {
  const [policy] = inputs.inlinePolicies
  const parsed = JSON.parse(policy.policy) as { Statement: unknown[] }
  parsed.Statement.push({ Effect: 'Allow', ...statement })
  policy.policy = JSON.stringify(parsed)
}

/** A line if two values differ. */
export function differ(what: string, found: unknown, wanted: unknown): string[] {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)]
  return a === b ? [] : [`${what}: ${a}, not ${b}`]
}
