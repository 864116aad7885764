import { all, type Graph, type Invariant, one, type Resource } from '../graph'
import { BALANCER_NAME, BUCKET_NAME, PARAMETER_NAME, ROLE_POLICIES, TARGET_PREFIX } from './limits'

const named = (graph: Graph, type: RegExp, property: string, form: RegExp) =>
  all(graph, type).flatMap(({ name, inputs }) =>
    form.test(inputs[property] ?? 'a') ? [] : [`${name} is called ${inputs[property]}`],
  )

/** `service:Action` on an ARN or `*`. */
function statementFaults({ name, inputs }: Resource): string[] {
  const policies = (inputs.inlinePolicies ?? []) as { policy: string }[]
  const statements = policies.flatMap(
    ({ policy }) => (JSON.parse(policy) as { Version: string; Statement: Statement[] }).Statement,
  )
  return [
    ...statements.flatMap(({ Effect, Action, Resource }) => [
      ...(['Allow', 'Deny'].includes(Effect) ? [] : [`${name}: ${Effect}`]),
      ...Action.filter((action) => !/^[a-z0-9-]+:[A-Za-z*]+$/.test(action)).map((action) => `${name} may ${action}`),
      ...Resource.filter((resource) => !/^(\*|arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:.+)$/.test(resource)).map(
        (resource) => `${name} on ${resource}`,
      ),
      ...(Action.length > 0 && Resource.length > 0 ? [] : [`${name} has an empty statement`]),
    ]),
    ...(policies.reduce((sum, { policy }) => sum + policy.replaceAll(/\s/g, '').length, 0) <= ROLE_POLICIES
      ? []
      : [`${name} exceeds the policy size`]),
  ]
}

interface Statement {
  Effect: string
  Action: string[]
  Resource: string[]
}

export const VALID_NAMES: Invariant[] = [
  {
    name: 'names are valid in AWS and unique per resource type',
    check(graph) {
      const keyed = all(
        graph,
        /metricAlarm:MetricAlarm$|logGroup:LogGroup$|ssm\/parameter:Parameter$|s3\/bucket:Bucket$/,
      )
      const keys = keyed.map(({ type, inputs }) => `${type} ${inputs.bucket ?? inputs.name}`)
      return [
        ...named(graph, /s3\/bucket:Bucket$/, 'bucket', BUCKET_NAME),
        ...named(graph, /lb\/loadBalancer:/, 'name', BALANCER_NAME),
        ...named(graph, /lb\/targetGroup:/, 'namePrefix', TARGET_PREFIX),
        ...named(graph, /ssm\/parameter:/, 'name', PARAMETER_NAME),
        ...named(graph, /logGroup:LogGroup$/, 'name', /^[\w./#-]{1,512}$/),
        ...named(graph, /route53\/record:/, 'name', /^[A-Za-z0-9_.*-]{1,255}$/),
        ...keys.filter((key, i) => keys.indexOf(key) !== i).map((key) => `${key} twice`),
      ]
    },
    mutations: {
      'capitals in a bucket': (graph) => {
        one(graph, 'LogsBucket').inputs.bucket = 'Vision-Logs'
      },
      'a bucket name with 64 characters': (graph) => {
        one(graph, 'LogsBucket').inputs.bucket = 'a'.repeat(64)
      },
      'a load balancer name with 33 characters': (graph) => {
        one(graph, 'WebLoadBalancer').inputs.name = 'a'.repeat(33)
      },
      'a log group name with a space': (graph) => {
        one(graph, 'WebLogGroupWeb').inputs.name = '/ecs/vision classifier'
      },
      'two alarms with the same name': (graph) => {
        one(graph, 'WebMemory').inputs.name = one(graph, 'WebCpu').inputs.name
      },
    },
  },
  {
    name: 'policies are valid IAM documents',
    check: (graph) => all(graph, 'aws:iam/role:Role').flatMap(statementFaults),
    mutations: {
      'an action without a service': (graph) => swap(graph, 's3:ListBucket', 'ListBucket'),
      'a bucket name instead of its ARN': (graph) => swap(graph, 'arn:aws:mock:::ModelsBucket/*', 'models/*'),
      'an unknown effect': (graph) => swap(graph, '"Allow"', '"Permit"'),
      'no policy document': (graph) => {
        one(graph, 'WebTaskRole').inputs.inlinePolicies[0].policy = '{"Statement":'
      },
    },
  },
]

function swap(graph: Graph, from: string, to: string): void {
  const [policy] = one(graph, 'WebTaskRole').inputs.inlinePolicies
  policy.policy = policy.policy.replaceAll(from, to)
}
