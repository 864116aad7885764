import { ON_EVERYTHING } from '@/infra/permissions'
import { stageOf } from '@/infra/stages'
import {
  addStatement,
  all,
  changeContainer,
  container,
  differ,
  environment,
  type Graph,
  has,
  type Invariant,
  MARK,
  one,
  plain,
  type Resource,
  regionOf,
  services,
  statements,
} from '../graph'

const ROLES = /Role$/
const roles = (graph: Graph) => all(graph, 'aws:iam/role:Role')
const role = (graph: Graph, name: string): Resource => one(graph, name)
/** Names that a secret may have. */
/** `API_KEYS` says only whether keys are required. */
const SECRET = /TOKEN|SECRET|PASSWORD|AUTH|_KEY(?!S$)|REDIS_URL/
/** The cache password in the mocked account. */
const PASSWORD = /a(&|%26)secret/

export const PERMISSIONS: Invariant[] = [
  {
    name: '`*` is a resource only where AWS supports nothing narrower',
    check: (graph) =>
      roles(graph).flatMap((each) =>
        statements(each)
          .filter(({ Resource }) =>
            Resource.some(
              (resource) => /^\*$|:\*$|^arn:aws:s3:::\*/.test(resource) && !/log-group:\/ecs\//.test(resource),
            ),
          )
          .flatMap(({ Action }) => Action.filter((action) => !(ON_EVERYTHING as readonly string[]).includes(action)))
          .map((action) => `${each.name} may ${action} on everything`),
      ),
    mutations: {
      'read any bucket': (graph) =>
        addStatement(role(graph, 'WebTaskRole'), { Action: ['s3:GetObject'], Resource: ['*'] }),
      'read any secret': (graph) =>
        addStatement(role(graph, 'WebExecutionRole'), { Action: ['ssm:GetParameters'], Resource: ['*'] }),
      'every bucket by name': (graph) =>
        addStatement(role(graph, 'WebTaskRole'), { Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::*'] }),
    },
  },
  {
    name: 'policies list exact actions: no wildcards and no AWS managed policies',
    check: (graph) =>
      roles(graph).flatMap((each) => [
        ...statements(each)
          .flatMap(({ Action }) => Action)
          .filter((action) => action.includes('*'))
          .map((action) => `${each.name} may ${action}`),
        ...(each.inputs.managedPolicyArns ?? []).map((arn: string) => `${each.name} has ${arn}`),
      ]),
    mutations: {
      'every action on a bucket': (graph) =>
        addStatement(role(graph, 'WebTaskRole'), { Action: ['s3:*'], Resource: ['arn:aws:mock:::OutputsBucket/*'] }),
      'a managed policy': (graph) => {
        role(graph, 'WebExecutionRole').inputs.managedPolicyArns = [
          'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
        ]
      },
    },
  },
  {
    name: 'the app reads its models bucket, writes its outputs bucket and accesses no other bucket',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const granted = statements(role(graph, `${service}TaskRole`))
          .flatMap(({ Action, Resource }) =>
            Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
          )
          .filter((line) => line.startsWith('s3:'))
          .sort()
        const objects = ['GetObject', 'PutObject', 'DeleteObject', 'AbortMultipartUpload']
        const wanted = [
          's3:GetObject arn:aws:mock:::ModelsBucket/*',
          ...objects.map((action) => `s3:${action} arn:aws:mock:::OutputsBucket/*`),
          ...['Models', 'Outputs'].map((bucket) => `s3:ListBucket arn:aws:mock:::${bucket}Bucket`),
        ].sort()
        return differ(service, granted, wanted)
      }),
    mutations: {
      'write models': (graph) =>
        addStatement(role(graph, 'WebTaskRole'), {
          Action: ['s3:PutObject'],
          Resource: ['arn:aws:mock:::ModelsBucket/*'],
        }),
      'no permissions': (graph) => {
        role(graph, 'WebTaskRole').inputs.inlinePolicies[0].policy = '{"Statement":[]}'
      },
    },
  },
  {
    name: 'ECS starts a task with access to its own image, log and secrets only',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const granted = statements(role(graph, `${service}ExecutionRole`))
        const on = (action: string) =>
          granted.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource }) => Resource)
        const secrets = container(graph, service).secrets.map(({ valueFrom }) => valueFrom)
        const group = container(graph, service).logConfiguration.options['awslogs-group']
        return [
          ...differ('secrets', on('ssm:GetParameters').sort(), secrets.sort()),
          ...differ('log', on('logs:PutLogEvents'), [
            `arn:aws:logs:${regionOf(graph)}:123456789012:log-group:${group}:*`,
          ]),
          ...differ('image', on('ecr:BatchGetImage'), [
            `arn:aws:ecr:${regionOf(graph)}:123456789012:repository/sst-asset`,
          ]),
          ...differ('kinds', new Set(granted.flatMap(({ Action }) => Action)).size, 7),
        ]
      }),
    mutations: {
      "another stage's secrets": (graph) =>
        addStatement(role(graph, 'WebExecutionRole'), {
          Action: ['ssm:GetParameters'],
          Resource: ['arn:aws:ssm:us-west-2:123456789012:parameter/vision-classifier/other/ADMIN_TOKEN'],
        }),
      'one log less': (graph) => {
        const [policy] = role(graph, 'WebExecutionRole').inputs.inlinePolicies
        policy.policy = policy.policy.replace('logs:PutLogEvents', 'logs:DescribeLogStreams')
      },
    },
  },
  {
    name: 'only ECS can assume the task roles',
    check: (graph) =>
      roles(graph)
        .filter(({ name }) => ROLES.test(name))
        .flatMap(({ name, inputs }) =>
          differ(
            name,
            inputs.assumeRolePolicy.Statement.map(({ Principal }: { Principal: unknown }) => Principal),
            [{ Service: 'ecs-tasks.amazonaws.com' }],
          ),
        ),
    mutations: {
      'any principal': (graph) => {
        role(graph, 'WebTaskRole').inputs.assumeRolePolicy.Statement[0].Principal = { AWS: '*' }
      },
    },
  },
  {
    name: 'workers can protect tasks in their own cluster only; shell channels exist only with a shell',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const actions = statements(role(graph, `${service}TaskRole`))
        const has = (action: string) => actions.some(({ Action }) => Action.includes(action))
        const on = actions.find(({ Action }) => Action.includes('ecs:UpdateTaskProtection'))?.Resource ?? []
        return [
          ...differ(`protection of ${service}`, has('ecs:UpdateTaskProtection'), service === 'Worker'),
          ...on.flatMap((resource) => (/:task\/[\w-]+\/\*$/.test(resource) ? [] : [`on ${resource}`])),
          ...differ(`shell in ${service}`, has('ssmmessages:OpenDataChannel'), stageOf(graph.stage).exec),
        ]
      }),
    mutations: {
      'a web task with scale-in protection': (graph) =>
        addStatement(role(graph, 'WebTaskRole'), {
          Action: ['ecs:UpdateTaskProtection'],
          Resource: ['arn:aws:ecs:us-west-2:123456789012:task/cluster/*'],
        }),
      'a worker without scale-in protection': (graph) => {
        if (!has(graph, 'WorkerTaskRole')) return false
        const [policy] = role(graph, 'WorkerTaskRole').inputs.inlinePolicies
        policy.policy = policy.policy.replace('ecs:UpdateTaskProtection', 'ecs:DescribeTasks')
      },
    },
  },
  {
    name: 'no secret is in a plain environment variable',
    check: (graph) =>
      services(graph).flatMap((service) =>
        Object.entries(environment(graph, service))
          .filter(([name, value]) => SECRET.test(name) || PASSWORD.test(value))
          .map(([name]) => `${service} has ${name} in plain text`),
      ),
    mutations: {
      'the token in plain text': (graph) =>
        changeContainer(graph, 'Web', (one) => one.environment.push({ name: 'ADMIN_TOKEN', value: 'x' })),
      "the cache's address": (graph) =>
        changeContainer(graph, 'Web', (one) =>
          one.environment.push({ name: 'CACHE', value: 'rediss://default:a%26secret@cache.internal:6379' }),
        ),
    },
  },
  {
    name: 'secrets come from this stage in the SSM Parameter Store, as SecureStrings',
    check: (graph) => {
      const { secrets, cache } = stageOf(graph.stage)
      const wanted = [...new Set([...secrets, ...graph.stored.secrets, ...(cache ? ['REDIS_URL'] : [])])].sort()
      const own = `arn:aws:ssm:${regionOf(graph)}:123456789012:parameter/vision-classifier/${graph.stage}/`
      return [
        ...services(graph).flatMap((service) => {
          const given = container(graph, service).secrets
          return [
            ...differ(service, given.map(({ name }) => name).sort(), wanted),
            ...given
              .filter(({ valueFrom }) => !valueFrom.startsWith(own) && valueFrom !== 'arn:aws:mock:::RedisUrl')
              .map(({ valueFrom }) => `${service} reads ${valueFrom}`),
          ]
        }),
        ...all(graph, 'aws:ssm/parameter:Parameter').flatMap(({ inputs, name }) => [
          ...differ(`${name} is`, inputs.type, 'SecureString'),
          ...differ(`${name} is called`, inputs.name, `/vision-classifier/${graph.stage}/REDIS_URL`),
        ]),
      ]
    },
    mutations: {
      'a plain parameter': (graph) => {
        if (!has(graph, 'RedisUrl')) return false
        one(graph, 'RedisUrl').inputs.type = 'String'
      },
      "another stage's": (graph) =>
        changeContainer(graph, 'Web', (one) => {
          for (const secret of one.secrets) secret.valueFrom = secret.valueFrom.replace(/(.*)\/[^/]+\//, '$1/other/')
        }),
      'one secret less': (graph) => changeContainer(graph, 'Web', (one) => void one.secrets.shift()),
    },
  },
  {
    name: 'the cache password appears in the graph only as a secret',
    check: (graph) =>
      graph.resources
        .filter(({ name }) => !/^(CacheAuthToken|CacheProxySecretVersion)$/.test(name))
        .filter(({ inputs }) => PASSWORD.test(JSON.stringify(withoutSecrets(inputs))))
        .map(({ name }) => `${name} contains it in plain text`),
    mutations: {
      'in an alarm': (graph) => {
        one(graph, 'WebCpu').inputs.alarmDescription = 'rediss://default:a%26secret@cache.internal'
      },
      'in the parameter, but not secret': (graph) => {
        if (!has(graph, 'RedisUrl')) return false
        const { inputs } = one(graph, 'RedisUrl')
        inputs.value = plain(inputs.value)
      },
    },
  },
]

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value !== 'object' || value === null) return value
  if (MARK in value) return 'secret'
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withoutSecrets(part)]))
}
