import { readersOf } from '../lib/server/config/options'
import { arnOf } from './arn'
import { imageOf, repositoryOf } from './image'
import { executionPolicy, taskPolicy } from './permissions'
import { type Stage, sizeOf, type Tasks } from './stages'
import type { Surroundings } from './surroundings'
import { hardened } from './task'
import { SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT } from './timing'

export type ServiceArgs = ConstructorParameters<typeof sst.aws.Service>[1]
type ServiceTransform = NonNullable<NonNullable<ServiceArgs['transform']>['service']>

/** In SST's words. */
const RETENTION = { 7: '1 week', 30: '1 month', 90: '3 months' } as const

/** What a service of this app is, beyond what both have. */
export interface Own {
  name: 'Web' | 'Worker'
  tasks: Tasks
  group: aws.ec2.SecurityGroup
  /** Whether the balancer sends to it. */
  serves: boolean
  command?: string[]
  environment: Record<string, $util.Input<string>>
  service: (args: aws.ecs.ServiceArgs) => void
  /** What must be there before, besides the network; null in a plan, which cannot wait for what is not made yet. */
  after: Promise<$util.Resource[]> | null
}

/** The arguments that the web and the worker service share. */
export function serviceArguments(around: Surroundings, own: Own): ServiceArgs {
  const { stage, release, names, buckets, cluster, secrets } = around
  const logGroup = own.serves ? names.logGroup : `${names.logGroup}-worker`
  const capacity = capacityOf(stage)
  return {
    cluster,
    architecture: stage.architecture,
    ...sizeOf(own.tasks.size),
    image: imageOf(release),
    ...(own.command === undefined ? {} : { command: own.command }),
    // `sst dev` runs the app on a laptop: with the stage's things, not as a task.
    environment: $dev
      ? thingsOf(around)
      : { ...optionsOf(around, own), ...thingsOf(around), ...TASK, ...own.environment },
    ssm: secrets,
    logging: { name: logGroup, retention: RETENTION[stage.logDays] },
    ...(capacity === undefined ? {} : { capacity }),
    // The deployment ends when the new tasks serve, or when ECS went back to the old ones.
    wait: true,
    transform: {
      taskDefinition: (args) => {
        hardened(args, own.serves, stage.exec)
      },
      taskRole: (args) => {
        const tasks = own.serves ? null : arnOf('ecs', $interpolate`task/${cluster.nodes.cluster.name}/*`)
        args.inlinePolicies = [{ name: 'app', policy: taskPolicy(stage, buckets, tasks) }]
      },
      executionRole: (args) => {
        args.managedPolicyArns = []
        args.inlinePolicies = [
          {
            name: 'start',
            policy: executionPolicy(repositoryOf(release), arnOf('logs', `log-group:${logGroup}`), secrets),
          },
        ]
      },
      service: serviceTransform(around, own),
    },
  }
}

function serviceTransform(
  { stage, network, groups, endpoints }: Surroundings,
  { group, service, after }: Own,
): ServiceTransform {
  // A task that starts before its network fetches no image and no secret, and the first deployment fails.
  const before = [...network.routes.private, ...groups.rules, ...endpoints]
  return (args, options) => {
    options.dependsOn = after === null ? before : (async () => [...before, ...(await after)])()
    args.networkConfiguration = {
      assignPublicIp: false,
      subnets: network.privateSubnets.map(({ id }) => id),
      securityGroups: [group.id],
    }
    args.deploymentMinimumHealthyPercent = 100
    args.deploymentMaximumPercent = 200
    args.enableExecuteCommand = stage.exec
    args.availabilityZoneRebalancing = 'ENABLED'
    args.propagateTags = 'SERVICE'
    service(args)
  }
}

function capacityOf({ spot }: Stage): ServiceArgs['capacity'] {
  if (spot === 'all') return { fargate: { weight: 0 }, spot: { weight: 1 } }
  if (spot === 'most') return { fargate: { base: 1, weight: 1 }, spot: { weight: 3 } }
  return undefined
}

/** What of the stage is there to be used. Nothing of it is secret. */
function thingsOf({ stage, names, buckets, models, secrets }: Surroundings): Record<string, $util.Input<string>> {
  return {
    ENVIRONMENT: names.metrics.environment,
    PROJECT_NAME: names.metrics.namespace,
    AWS_REGION: aws.getRegionOutput().region,
    MODELS_DIR: models,
    JOB_RETENTION_HOURS: String(24 * Math.min(stage.outputs.days, MOST_RETENTION_DAYS)),
    ...(secrets.REDIS_URL ? { BUCKET: buckets.outputs.name } : {}),
  }
}

/** What the stage's settings say to this service. */
function optionsOf({ settings }: Surroundings, { serves }: Own): Record<string, string> {
  const kind = serves ? 'server' : 'worker'
  return Object.fromEntries(Object.entries(settings.options).filter(([name]) => readersOf(name).includes(kind)))
}

/** How a task behaves. */
const TASK = {
  METRICS: 'emf',
  SHUTDOWN_TIMEOUT_MS: String(1000 * SHUTDOWN_TIMEOUT),
  SHUTDOWN_DELAY_MS: String(1000 * SHUTDOWN_DELAY),
}
/** Jobs are gone from the page after a week, from the bucket when the stage's table says. */
const MOST_RETENTION_DAYS = 7
