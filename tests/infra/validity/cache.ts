import { all, type Graph, has, type Invariant, one, type Resource } from '../graph'
import { MOST_CACHE_NODES, MOST_SNAPSHOT_DAYS, NODES, VALKEY, VALKEY_PARAMETERS } from './limits'

const caches = (graph: Graph) => all(graph, /replicationGroup:ReplicationGroup$/)

function change(graph: Graph, name: string, how: (inputs: Resource['inputs']) => void): undefined | false {
  if (!has(graph, name)) return false
  how(one(graph, name).inputs)
}

function versionFaults(graph: Graph, { name, inputs }: Resource): string[] {
  const group = graph.resources.find(
    (each) => each.type.endsWith(':ParameterGroup') && each.inputs.name === inputs.parameterGroupName,
  )
  const { family = 'no family', parameters = [] } = group?.inputs ?? {}
  const versions = VALKEY[family] ?? []
  return [
    ...(versions.includes(inputs.engineVersion)
      ? []
      : [`${name}: ${inputs.engine} ${inputs.engineVersion} is none of ${family}`]),
    ...parameters.flatMap(({ name: parameter, value }: { name: string; value: string }) =>
      VALKEY_PARAMETERS[parameter]?.includes(value) ? [] : [`${name}: ${parameter} is ${value}`],
    ),
  ]
}

function sizeFaults({ name, inputs }: Resource): string[] {
  const {
    nodeType,
    numCacheClusters = 1,
    automaticFailoverEnabled,
    multiAzEnabled,
    snapshotRetentionLimit = 0,
  } = inputs
  return [
    ...(NODES.includes(nodeType) ? [] : [`${name} has nodes of ${nodeType}`]),
    ...(numCacheClusters >= 1 && numCacheClusters <= MOST_CACHE_NODES ? [] : [`${name} has ${numCacheClusters} nodes`]),
    ...(automaticFailoverEnabled && numCacheClusters < 2 ? [`${name} has no node to fail over to`] : []),
    ...(multiAzEnabled && !automaticFailoverEnabled ? [`${name} is in several zones without failover`] : []),
    ...(snapshotRetentionLimit <= MOST_SNAPSHOT_DAYS
      ? []
      : [`${name} keeps backups for ${snapshotRetentionLimit} days`]),
  ]
}

export const VALID_CACHE: Invariant[] = [
  {
    name: 'the cache engine version exists, and its parameters belong to that version',
    check: (graph) => caches(graph).flatMap((cache) => versionFaults(graph, cache)),
    mutations: {
      'a version that does not exist': (graph) =>
        change(graph, 'CacheCluster', (inputs) => {
          inputs.engineVersion = '7.9'
        }),
      'a version of another engine': (graph) =>
        change(graph, 'CacheCluster', (inputs) => {
          inputs.engineVersion = '7.1'
        }),
      'parameters of another version': (graph) =>
        change(graph, 'CacheParameterGroup', (inputs) => {
          inputs.family = 'valkey8'
        }),
      'a family that does not exist': (graph) =>
        change(graph, 'CacheParameterGroup', (inputs) => {
          inputs.family = 'valkey7.2'
        }),
      'an unknown parameter': (graph) =>
        change(graph, 'CacheParameterGroup', (inputs) => {
          inputs.parameters[1].value = 'no-eviction'
        }),
    },
  },
  {
    name: 'the cache node type exists, and there are enough nodes for failover',
    check: (graph) => caches(graph).flatMap(sizeFaults),
    mutations: {
      'a node that does not exist': (graph) =>
        change(graph, 'CacheCluster', (inputs) => {
          inputs.nodeType = 'cache.t4g.nano'
        }),
      'a failover without a replica': (graph) =>
        change(graph, 'CacheCluster', (inputs) => {
          Object.assign(inputs, { automaticFailoverEnabled: true, numCacheClusters: 1 })
        }),
      'unlimited backups': (graph) =>
        change(graph, 'CacheCluster', (inputs) => {
          inputs.snapshotRetentionLimit = 90
        }),
    },
  },
]
