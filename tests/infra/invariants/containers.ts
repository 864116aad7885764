import { sizeOf, stageOf } from '@/infra/stages'
import { OPTIONS, readersOf } from '@/lib/server/config/options'
import { placeOf } from '@/lib/shared/deployment/parameters'
import { changeContainer, container, differ, environment, type Invariant, one, services } from '../graph'

/** Variables that SST adds to every container. */
const OF_SST = /^SST_/
/** Options with a value for each stage that a stored setting replaces. */
const DEFAULTS = ['API_KEYS']

/** Rules for single tasks: container, size and environment. */
export const CONTAINERS: Invariant[] = [
  {
    name: 'containers have no root, terminal or capabilities, and write to two folders only (four with a shell)',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const { user, pseudoTerminal, readonlyRootFilesystem, linuxParameters, mountPoints } = container(graph, service)
        const volumes = one(graph, `${service}Task`).inputs.volumes?.map(({ name }: { name: string }) => name)
        return [
          ...differ('user', user, '1000:1000'),
          ...differ('terminal', pseudoTerminal, false),
          ...differ('read-only', readonlyRootFilesystem, true),
          ...differ('capabilities dropped', linuxParameters.capabilities?.drop, ['ALL']),
          ...differ('init', linuxParameters.initProcessEnabled, true),
          ...differ(
            'writable',
            mountPoints?.map((point) => point.containerPath),
            ['/tmp', '/app/data', ...(stageOf(graph.stage).exec ? ['/var/lib/amazon', '/var/log/amazon'] : [])],
          ),
          ...differ(
            'volumes',
            volumes,
            mountPoints?.map((point) => point.sourceVolume),
          ),
        ]
      }),
    mutations: {
      root: (graph) => changeContainer(graph, 'Web', (one) => delete one.user),
      'a terminal': (graph) => changeContainer(graph, 'Web', (one) => Object.assign(one, { pseudoTerminal: true })),
      'a writable root file system': (graph) =>
        changeContainer(graph, 'Web', (one) => Object.assign(one, { readonlyRootFilesystem: false })),
      'all capabilities': (graph) => changeContainer(graph, 'Web', (one) => delete one.linuxParameters.capabilities),
      'no writable folder': (graph) => {
        one(graph, 'WebTask').inputs.volumes = []
      },
    },
  },
  {
    name: 'web containers expose only their service port, and worker containers expose none',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const wanted = service === 'Web' ? [3000] : []
        const { portMappings } = container(graph, service)
        return differ(
          service,
          portMappings.map(({ containerPort, containerPortRange }) => containerPort ?? containerPortRange),
          wanted,
        )
      }),
    mutations: {
      'every port': (graph) =>
        changeContainer(graph, 'Web', (one) =>
          Object.assign(one, { portMappings: [{ containerPortRange: '1-65535' }] }),
        ),
      'another port': (graph) =>
        changeContainer(graph, 'Web', (one) => Object.assign(one, { portMappings: [{ containerPort: 22 }] })),
    },
  },
  {
    name: 'tasks have the size and architecture from the stage table',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const { web, worker, architecture } = stageOf(graph.stage)
        const tasks = service === 'Web' ? web : worker
        const { cpu, memory, runtimePlatform } = one(graph, `${service}Task`).inputs
        if (!tasks) return [`${service} is not in the table`]
        const size = sizeOf(tasks.size)
        return [
          ...differ('CPU', Number(cpu), 1024 * Number.parseFloat(size.cpu)),
          ...differ('memory', Number(memory), 1024 * Number.parseFloat(size.memory)),
          ...differ('architecture', runtimePlatform.cpuArchitecture, architecture.toUpperCase()),
        ]
      }),
    mutations: {
      'half the memory': (graph) => {
        const { inputs } = one(graph, 'WebTask')
        inputs.memory = String(Number(inputs.memory) / 2)
      },
    },
  },
  {
    name: 'tasks receive only variables that the app reads, including models, name and metrics',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const variables = environment(graph, service)
        const unknown = Object.keys(variables).filter((name) => !(name in OPTIONS) && !OF_SST.test(name))
        return [
          ...unknown.map((name) => `${service} doesn't read ${name}`),
          ...differ('models', /^s3:\/\/[a-z0-9-]+\/models\/$/.test(variables.MODELS_DIR ?? ''), true),
          ...differ('environment', variables.ENVIRONMENT, graph.stage),
          ...differ('metrics', variables.METRICS, 'emf'),
        ]
      }),
    mutations: {
      'an unknown variable': (graph) =>
        changeContainer(graph, 'Web', (one) => one.environment.push({ name: 'MODEL_DIR', value: 'models' })),
      'no metrics': (graph) =>
        changeContainer(graph, 'Web', (container) => {
          container.environment = container.environment.filter(({ name }) => name !== 'METRICS')
        }),
      'models from the image': (graph) =>
        changeContainer(graph, 'Web', (container) => {
          for (const entry of container.environment) if (entry.name === 'MODELS_DIR') entry.value = 'models'
        }),
    },
  },
  {
    name: 'tasks receive the stored settings they read, and stored settings cannot override the deployment',
    check: (graph) =>
      services(graph).flatMap((service) => {
        const variables = environment(graph, service)
        const reader = service === 'Web' ? 'server' : 'worker'
        const { settings } = graph.stored
        const set = Object.keys(variables).filter(
          (name) => !(name in settings || DEFAULTS.includes(name)) && !OF_SST.test(name),
        )
        return [
          ...Object.entries(settings).flatMap(([name, value]) =>
            differ(`${service}: ${name}`, variables[name], readersOf(name).includes(reader) ? value : undefined),
          ),
          ...set.filter((name) => placeOf(name, true) === 'setting').map((name) => `${name} could be stored`),
        ]
      }),
    mutations: {
      'a missing setting': (graph) =>
        'DEFAULT_MODEL_TYPE' in graph.stored.settings
          ? changeContainer(graph, 'Web', (container) => {
              container.environment = container.environment.filter(({ name }) => name !== 'DEFAULT_MODEL_TYPE')
            })
          : false,
      'a setting for every service': (graph) =>
        changeContainer(graph, 'Web', (one) => one.environment.push({ name: 'LOG_LEVEL', value: 'debug' })),
    },
  },
  {
    name: 'the web task requires API keys where the stage does, unless a stored setting says otherwise',
    check(graph) {
      const { API_KEYS, INSTANCES, BUCKET } = environment(graph, 'Web')
      const wanted = graph.stored.settings.API_KEYS ?? stageOf(graph.stage).apiKeys
      return [
        ...differ('API_KEYS', API_KEYS, wanted),
        ...(wanted === 'off' || INSTANCES === '1' || BUCKET !== undefined ? [] : ['its tasks can’t share their keys']),
      ]
    },
    mutations: {
      'an open API': (graph) =>
        changeContainer(graph, 'Web', (container) => {
          container.environment = container.environment.filter(({ name }) => name !== 'API_KEYS')
        }),
    },
  },
  {
    name: 'the web task listens for the load balancer, trusts no other proxy and rate-limits clients',
    check(graph) {
      const { HOST, PORT, TRUST_PROXY, RATE_LIMIT, INSTANCES } = environment(graph, 'Web')
      const { rateLimit, web } = stageOf(graph.stage)
      return differ(
        'environment',
        [HOST, PORT, TRUST_PROXY, RATE_LIMIT, INSTANCES],
        ['0.0.0.0', '3000', '1', String(rateLimit), String(web.max)],
      )
    },
    mutations: {
      'trusts all proxies': (graph) =>
        changeContainer(graph, 'Web', (container) => {
          for (const entry of container.environment) if (entry.name === 'TRUST_PROXY') entry.value = '2'
        }),
      'no limit': (graph) =>
        changeContainer(graph, 'Web', (container) => {
          for (const entry of container.environment) if (entry.name === 'RATE_LIMIT') entry.value = '0'
        }),
    },
  },
]
