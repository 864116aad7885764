import { readersOf } from '../lib/server/config/options'
import { arnOf } from './arn'
import { imageOf, repositoryOf } from './image'
import { executionPolicy, taskPolicy } from './permissions'
import type { StageContext } from './stage-context'
import { type Stage, sizeOf, type Tasks } from './stages'
import { hardenContainers } from './task'
import { SHUTDOWN_DELAY, SHUTDOWN_TIMEOUT } from './timing'

export type ServiceArgs = ConstructorParameters<typeof sst.aws.Service>[1]
type ServiceTransform = NonNullable<NonNullable<ServiceArgs['transform']>['service']>

/** Log retention in the format of SST. */
const RETENTION = { 7: '1 week', 30: '1 month', 90: '3 months' } as const

/** What distinguishes the web and the worker service. */
export interface ServiceSpec {
  name: 'Web' | 'Worker'
  tasks: Tasks
  group: aws.ec2.SecurityGroup
  /** Whether the load balancer sends requests to it. */
  serves: boolean
  command?: string[]
  environment: Record<string, $util.Input<string>>
  /** Options that apply unless the stored settings have other values. */
  defaults?: Record<string, string>
  service: (args: aws.ecs.ServiceArgs) => void
  /** Additional dependencies besides the network; null during a plan, which can't wait for missing resources. */
  after: Promise<$util.Resource[]> | null
}

/** Arguments shared by the web and the worker service. */
export function serviceArguments(context: StageContext, spec: ServiceSpec): ServiceArgs {
  const { stage, release, names, buckets, cluster, secrets } = context
  const logGroup = spec.serves ? names.logGroup : `${names.logGroup}-worker`
  const capacity = capacityOf(stage)
  return {
    cluster,
    architecture: stage.architecture,
    ...sizeOf(spec.tasks.size),
    image: imageOf(release),
    ...(spec.command === undefined ? {} : { command: spec.command }),
    // `sst dev` runs the app on this machine with the resources of the stage instead of in a task.
    environment: $dev
      ? resourceVariables(context)
      : { ...spec.defaults, ...optionsOf(context, spec), ...resourceVariables(context), ...TASK, ...spec.environment },
    ssm: secrets,
    logging: { name: logGroup, retention: RETENTION[stage.logDays] },
    ...(capacity === undefined ? {} : { capacity }),
    // The deployment ends when the new tasks serve, or when ECS has rolled back to the old ones.
    wait: true,
    transform: {
      taskDefinition: (args) => {
        hardenContainers(args, spec.serves, stage.exec)
      },
      taskRole: (args) => {
        const tasks = spec.serves ? null : arnOf('ecs', $interpolate`task/${cluster.nodes.cluster.name}/*`)
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
      service: serviceTransform(context, spec),
    },
  }
}

function serviceTransform(
  { stage, network, groups, endpoints }: StageContext,
  { group, service, after }: ServiceSpec,
): ServiceTransform {
  // A task that starts before its network can't fetch its image and secrets, and the first deployment fails.
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

/** Variables that point to the resources of the stage. None of them is secret. */
function resourceVariables({
  stage,
  names,
  buckets,
  models,
  secrets,
}: StageContext): Record<string, $util.Input<string>> {
  return {
    ENVIRONMENT: names.metrics.environment,
    PROJECT_NAME: names.metrics.namespace,
    AWS_REGION: aws.getRegionOutput().region,
    MODELS_DIR: models,
    JOB_RETENTION_HOURS: String(24 * Math.min(stage.outputs.days, MAX_RETENTION_DAYS)),
    ...(secrets.REDIS_URL ? { BUCKET: buckets.outputs.name } : {}),
  }
}

/** The stored options that this service reads. */
function optionsOf({ settings }: StageContext, { serves }: ServiceSpec): Record<string, string> {
  const kind = serves ? 'server' : 'worker'
  return Object.fromEntries(Object.entries(settings.options).filter(([name]) => readersOf(name).includes(kind)))
}

/** Variables that control the behavior of a task. */
const TASK = {
  METRICS: 'emf',
  SHUTDOWN_TIMEOUT_MS: String(1000 * SHUTDOWN_TIMEOUT),
  SHUTDOWN_DELAY_MS: String(1000 * SHUTDOWN_DELAY),
}
/** Jobs disappear from the page after a week, and from the bucket after the number of days in the stage table. */
const MAX_RETENTION_DAYS = 7
