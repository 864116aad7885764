/**
 * AWS limits that the provider's types don't contain, with the page that documents them. All were reviewed on
 * 28 November 2026 from what is known of these pages, because none could be opened where this was written.
 */

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html, by parameter group family. */
export const VALKEY: Readonly<Record<string, readonly string[]>> = {
  valkey7: ['7.2'],
  valkey8: ['8.0', '8.1', '8.2'],
}

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html: parameters that stages set. */
export const VALKEY_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  'cluster-enabled': ['yes', 'no'],
  'maxmemory-policy': [
    'volatile-lru',
    'allkeys-lru',
    'volatile-lfu',
    'allkeys-lfu',
    'volatile-random',
    'allkeys-random',
    'volatile-ttl',
    'noeviction',
  ],
}

/**
 * Node types in the stage table; https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html
 */
export const NODES = ['cache.t4g.micro', 'cache.t4g.small', 'cache.t4g.medium', 'cache.m7g.large', 'cache.m7g.xlarge']

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
export const MOST_SNAPSHOT_DAYS = 35
export const MOST_CACHE_NODES = 6

/**
 * Memory in MB that a task can have with a number of CPU units;
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */
export const FARGATE: Readonly<Record<number, (memory: number) => boolean>> = {
  256: (memory) => [512, 1024, 2048].includes(memory),
  512: (memory) => memory >= 1024 && memory <= 4096 && memory % 1024 === 0,
  1024: (memory) => memory >= 2048 && memory <= 8192 && memory % 1024 === 0,
  2048: (memory) => memory >= 4096 && memory <= 16_384 && memory % 1024 === 0,
  4096: (memory) => memory >= 8192 && memory <= 30_720 && memory % 1024 === 0,
}
/** Maximum stop timeout on Fargate in seconds; the same page. */
export const MOST_STOP_TIMEOUT = 120

/**
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html and
 * load-balancer-target-groups.html
 */
export const HEALTH_CHECK = {
  interval: [5, 300],
  timeout: [2, 120],
  healthyThreshold: [2, 10],
  unhealthyThreshold: [2, 10],
} as const
export const DEREGISTRATION_DELAY = [0, 3600] as const
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html */
export const IDLE_TIMEOUT = [1, 4000] as const

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html: an alarm evaluates at most a
 * day and ten metrics.
 */
export const ALARM = { lookback: 86_400, metrics: 10, actions: 5, name: 255, description: 1024 } as const
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html */
export const DASHBOARD_COLUMNS = 24
/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

/** https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
export const SUBNET_BITS = [16, 28] as const
/**
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html: at least eight
 * free addresses, so /27 or larger.
 */
export const BALANCER_SUBNET_BITS = 27
/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
export const GROUP_DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const BUCKET_NAME = /^(?!xn--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/
/**
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html and
 * API_CreateTargetGroup.html
 */
export const BALANCER_NAME = /^(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?$/
export const TARGET_PREFIX = /^[a-zA-Z0-9-]{1,6}$/
/**
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html: a path has at most
 * fifteen levels.
 */
export const PARAMETER_NAME = /^(\/(?!aws|ssm)[a-zA-Z0-9._-]+){1,15}$/
/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role combined.
 */
export const ROLE_POLICIES = 10_240

/**
 * Our limits in seconds, not those of AWS.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepScalingPolicyConfiguration.html defines no
 * maximum cooldown. Scaling out too late for a burst, or in much later than needed, is as wrong as an invalid request.
 */
export const COOLDOWN = { out: 300, back: 900 } as const
