import { stageOf } from '@/infra/stages'
import { parseChecksums } from '@/lib/server/catalog/checksums'
import { all, differ, drop, type Graph, has, type Invariant, one, regionOf } from '../graph'

const BUCKETS = ['Models', 'Outputs', 'Logs']
const of = (graph: Graph, what: string) =>
  BUCKETS.flatMap((bucket) => (has(graph, bucket + what) ? [one(graph, bucket + what).inputs] : [null]))

/** Each bucket with the violations of one of its resources. */
function each(graph: Graph, what: string, test: (inputs: Record<string, unknown>) => boolean): string[] {
  return of(graph, what).flatMap((inputs, i) => {
    const ok = inputs !== null && test(inputs) && inputs.bucket === one(graph, `${BUCKETS[i]}Bucket`).inputs.bucket
    return ok ? [] : [`${BUCKETS[i]}: ${what}`]
  })
}

interface Rule {
  id: string
  filter: { prefix: string }
  expiration?: { days: number }
  noncurrentVersionExpiration?: { noncurrentDays: number }
  abortIncompleteMultipartUpload?: { daysAfterInitiation: number }
}

export const STORAGE: Invariant[] = [
  {
    name: 'buckets are encrypted',
    check: (graph) =>
      each(graph, 'Encryption', ({ rules }) =>
        (rules as { applyServerSideEncryptionByDefault?: { sseAlgorithm: string } }[]).every(
          (rule) => rule.applyServerSideEncryptionByDefault?.sseAlgorithm === 'AES256',
        ),
      ),
    mutations: {
      'no encryption': (graph) => drop(graph, /^OutputsEncryption$/),
      'unencrypted logs': (graph) => drop(graph, /^LogsEncryption$/),
    },
  },
  {
    name: 'buckets are versioned',
    check: (graph) =>
      each(
        graph,
        'Versioning',
        ({ versioningConfiguration }) => (versioningConfiguration as { status: string }).status === 'Enabled',
      ),
    mutations: {
      suspended: (graph) => {
        one(graph, 'ModelsVersioning').inputs.versioningConfiguration.status = 'Suspended'
      },
    },
  },
  {
    name: 'buckets are private',
    check: (graph) =>
      each(graph, 'PublicAccessBlock', (inputs) =>
        ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].every(
          (name) => inputs[name] === true,
        ),
      ),
    mutations: {
      'public policies allowed': (graph) => {
        one(graph, 'OutputsPublicAccessBlock').inputs.blockPublicPolicy = false
      },
      'no public access block': (graph) => drop(graph, /^LogsPublicAccessBlock$/),
    },
  },
  {
    name: 'buckets require TLS, and only the log service can write logs, for a load balancer in this account',
    check: (graph) => [
      ...each(graph, 'Policy', ({ policy }) => {
        const [first] = (JSON.parse(policy as string) as { Statement: Record<string, unknown>[] }).Statement
        return JSON.stringify([first?.effect, first?.conditions]) === TLS_ONLY
      }),
      ...of(graph, 'Policy').flatMap((inputs, i) => {
        const rest = (
          JSON.parse((inputs?.policy as string) ?? '{"Statement":[]}') as { Statement: object[] }
        ).Statement.slice(1)
        return differ(
          `other statements in the policy of ${BUCKETS[i]}`,
          rest,
          BUCKETS[i] === 'Logs' ? [logDelivery(graph)] : [],
        )
      }),
    ],
    mutations: {
      'plain HTTP': (graph) => {
        const { inputs } = one(graph, 'OutputsPolicy')
        inputs.policy = inputs.policy.replace('Deny', 'Allow')
      },
      'logs from any account': (graph) => {
        const { inputs } = one(graph, 'LogsPolicy')
        const parsed = JSON.parse(inputs.policy)
        delete parsed.Statement[1].conditions
        inputs.policy = JSON.stringify(parsed)
      },
      'public read access': (graph) => {
        const { inputs } = one(graph, 'OutputsPolicy')
        const parsed = JSON.parse(inputs.policy)
        parsed.Statement.push({ actions: ['s3:GetObject'], principals: [{ type: '*', identifiers: ['*'] }] })
        inputs.policy = JSON.stringify(parsed)
      },
    },
  },
  {
    name: 'jobs, logs, old versions and incomplete uploads expire',
    check(graph) {
      const { outputs, logDays } = stageOf(graph.stage)
      const rules = (bucket: string) =>
        (has(graph, `${bucket}Lifecycle`) ? one(graph, `${bucket}Lifecycle`).inputs.rules : []) as Rule[]
      const days = (bucket: string, id: string) => rules(bucket).find((rule) => rule.id === id)
      return [
        ...differ('jobs', days('Outputs', 'jobs')?.expiration?.days, outputs.days),
        ...differ('prefix of jobs', days('Outputs', 'jobs')?.filter.prefix, 'jobs/'),
        ...differ('logs', days('Logs', 'access')?.expiration?.days, logDays),
        ...BUCKETS.flatMap((bucket) => [
          ...differ(
            `uploads of ${bucket}`,
            days(bucket, 'tidy')?.abortIncompleteMultipartUpload?.daysAfterInitiation,
            1,
          ),
          ...(days(bucket, 'tidy')?.noncurrentVersionExpiration ? [] : [`${bucket} never expires old versions`]),
        ]),
      ]
    },
    mutations: {
      'outputs never expire': (graph) => drop(graph, /^OutputsLifecycle$/),
      'all outputs expire': (graph) => {
        for (const rule of one(graph, 'OutputsLifecycle').inputs.rules as Rule[]) rule.filter.prefix = ''
      },
      'uploads never expire': (graph) => {
        for (const rule of one(graph, 'ModelsLifecycle').inputs.rules as Rule[])
          delete rule.abortIncompleteMultipartUpload
      },
    },
  },
  {
    name: 'production data survives `sst remove`, and other stages leave nothing behind',
    check(graph) {
      const { removal, protect } = stageOf(graph.stage)
      const kept = of(graph, 'Bucket').map((inputs) => inputs?.forceDestroy)
      return [
        ...differ('app', [graph.app.removal, graph.app.protect], [removal, protect]),
        ...differ(
          'buckets emptied',
          kept,
          BUCKETS.map(() => removal === 'remove'),
        ),
        ...(graph.stage.startsWith('prod') ? differ('production', [removal, protect], ['retain', true]) : []),
      ]
    },
    mutations: {
      'the opposite': (graph) => {
        const { inputs } = one(graph, 'OutputsBucket')
        inputs.forceDestroy = !inputs.forceDestroy
      },
      unprotected: (graph) => {
        graph.app.protect = !graph.app.protect
      },
    },
  },
  {
    name: 'the models bucket holds every model file and the checksums',
    check(graph) {
      const objects = all(graph, 'aws:s3/bucketObjectv2:BucketObjectv2').map(({ inputs }) => inputs)
      const sums = objects.find(({ key }) => key === 'models/SHA256SUMS')
      const named = parseChecksums(sums?.content ?? '')
      const there = new Map(
        objects.filter((each) => each !== sums).map(({ key, sourceHash }) => [key.replace('models/', ''), sourceHash]),
      )
      return [
        ...differ('files', [...there].sort(), [...named].sort()),
        ...differ('catalog', named.has('catalog.json'), true),
        ...objects.flatMap(({ bucket, key }) =>
          differ(`bucket of ${key}`, bucket, one(graph, 'ModelsBucket').inputs.bucket),
        ),
      ]
    },
    mutations: {
      'one file less': (graph) => drop(graph, /^Model3$/),
      'no checksums': (graph) => drop(graph, /^ModelChecksums$/),
      'another bucket': (graph) => {
        one(graph, 'Model1').inputs.bucket = 'other'
      },
    },
  },
  {
    name: 'the cache requires TLS and a password, is encrypted at rest and never evicts',
    check(graph) {
      const { cache } = stageOf(graph.stage)
      if (!cache) return differ('caches', all(graph, /replicationGroup:ReplicationGroup$/).length, 0)
      const { inputs } = one(graph, 'CacheCluster')
      const parameters = one(graph, 'CacheParameterGroup').inputs.parameters as { name: string; value: string }[]
      return [
        ...differ('engine', inputs.engine, 'valkey'),
        ...differ('in transit', [inputs.transitEncryptionEnabled, inputs.transitEncryptionMode], [true, 'required']),
        ...differ('at rest', inputs.atRestEncryptionEnabled, true),
        ...differ('password', Boolean(inputs.authToken), true),
        ...differ('group', inputs.securityGroupIds, ['CacheSecurityGroup_id']),
        ...differ('eviction', parameters.find(({ name }) => name === 'maxmemory-policy')?.value, 'noeviction'),
        ...differ('node', inputs.nodeType, `cache.${cache.node}`),
      ]
    },
    mutations: {
      'no TLS': (graph) => change(graph, (inputs) => Object.assign(inputs, { transitEncryptionEnabled: false })),
      'an unencrypted disk': (graph) =>
        change(graph, (inputs) => Object.assign(inputs, { atRestEncryptionEnabled: false })),
      'no password': (graph) => change(graph, (inputs) => delete inputs.authToken),
      'a cache that is not in the table': (graph) => {
        if (has(graph, 'CacheCluster')) return false
        graph.resources.push({
          type: 'aws:elasticache/replicationGroup:ReplicationGroup',
          name: 'Mutant',
          inputs: {},
          after: [],
        })
      },
      'eviction enabled': (graph) => {
        if (!has(graph, 'CacheParameterGroup')) return false
        one(graph, 'CacheParameterGroup').inputs.parameters = []
      },
    },
  },
  {
    name: 'the production cache has a second node in another zone and is backed up',
    check(graph) {
      if (!has(graph, 'CacheCluster')) return []
      const replicas = stageOf(graph.stage).cache?.replicas ?? 0
      const { numCacheClusters, automaticFailoverEnabled, multiAzEnabled, snapshotRetentionLimit } = one(
        graph,
        'CacheCluster',
      ).inputs
      return [
        ...differ('nodes', numCacheClusters, 1 + replicas),
        ...differ('failover', [automaticFailoverEnabled, multiAzEnabled], [replicas > 0, replicas > 0]),
        ...(graph.stage.startsWith('prod') && (replicas < 1 || snapshotRetentionLimit < 1)
          ? ['production has a single node or no backups']
          : []),
      ]
    },
    mutations: {
      'an extra node': (graph) => change(graph, (inputs) => Object.assign(inputs, { numCacheClusters: 3 })),
      'no failover, or one without a target': (graph) =>
        change(graph, (inputs) => Object.assign(inputs, { multiAzEnabled: !inputs.multiAzEnabled })),
    },
  },
]

const TLS_ONLY = JSON.stringify(['Deny', [{ test: 'Bool', values: ['false'], variable: 'aws:SecureTransport' }]])
/** Only for load balancers in this account and region. */
const logDelivery = (graph: Graph) => ({
  actions: ['s3:PutObject'],
  conditions: [
    { test: 'StringEquals', values: ['123456789012'], variable: 'aws:SourceAccount' },
    {
      test: 'ArnLike',
      values: [`arn:aws:elasticloadbalancing:${regionOf(graph)}:123456789012:loadbalancer/*`],
      variable: 'aws:SourceArn',
    },
  ],
  principals: [{ identifiers: ['logdelivery.elasticloadbalancing.amazonaws.com'], type: 'Service' }],
  resources: ['arn:aws:mock:::LogsBucket/access/*'],
})

function change(graph: Graph, how: (inputs: Record<string, unknown>) => unknown): undefined | false {
  if (!has(graph, 'CacheCluster')) return false
  how(one(graph, 'CacheCluster').inputs)
}
