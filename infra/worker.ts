import { serviceArguments } from './service'
import type { Tasks } from './stages'
import type { Surroundings } from './surroundings'

/** Photos that wait in all jobs, and how many workers come for them. A worker of half a core does some 4,000 in a minute. */
const STEPS: readonly (readonly [photos: number, workers: number])[] = [
  [2_000, 1],
  [20_000, 3],
  [200_000, 9],
]
const IDLE_MINUTES = 10

/** Batch workers: they take what the queue has, and nobody calls them. */
export function createWorker(around: Surroundings, tasks: Tasks): sst.aws.Service {
  return new sst.aws.Service('Worker', {
    ...serviceArguments(around, {
      name: 'Worker',
      tasks,
      group: around.groups.worker,
      serves: false,
      command: ['node', 'dist/worker.js'],
      // Alone on its machine: there is nobody to stand back from.
      environment: { BATCH_NICE: '0' },
      service: () => {},
      after: null,
    }),
    scaling: { min: tasks.least, max: tasks.most, cpuUtilization: false, memoryUtilization: false },
    dev: { command: 'node dist/worker.js', autostart: false },
  })
}

/**
 * More workers when photos wait, fewer when none does. Each web task tells how many wait (`BacklogPhotos`); a worker that works is protected and goes when
 * it is done.
 */
export function scaleWorkers({ names }: Surroundings, { nodes }: sst.aws.Service): void {
  const target = nodes.autoScalingTarget
  const scaled = {
    policyType: 'StepScaling',
    serviceNamespace: target.serviceNamespace,
    scalableDimension: target.scalableDimension,
    resourceId: target.resourceId,
  }
  const out = new aws.appautoscaling.Policy('WorkersOut', {
    ...scaled,
    stepScalingPolicyConfiguration: {
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Maximum',
      cooldown: 120,
      stepAdjustments: STEPS.map(([photos, workers], i) => ({
        scalingAdjustment: workers,
        metricIntervalLowerBound: String(photos - firstStep()),
        ...(STEPS[i + 1] ? { metricIntervalUpperBound: String((STEPS[i + 1]?.[0] ?? 0) - firstStep()) } : {}),
      })),
    },
  })
  const back = new aws.appautoscaling.Policy('WorkersBack', {
    ...scaled,
    stepScalingPolicyConfiguration: {
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Maximum',
      cooldown: 300,
      stepAdjustments: [{ scalingAdjustment: -1, metricIntervalUpperBound: '0' }],
    },
  })
  const { namespace, environment } = names.metrics
  const backlog = {
    namespace,
    metricName: 'BacklogPhotos',
    dimensions: { Environment: environment, Service: 'web' },
    statistic: 'Maximum',
    period: 60,
  }
  new aws.cloudwatch.MetricAlarm('PhotosWait', {
    ...backlog,
    name: names.alarm('photos-wait'),
    alarmDescription: 'Scales the workers out; nobody needs to do anything.',
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    threshold: firstStep(),
    evaluationPeriods: 1,
    alarmActions: [out.arn],
  })
  new aws.cloudwatch.MetricAlarm('NoPhotoWaits', {
    ...backlog,
    name: names.alarm('no-photo-waits'),
    alarmDescription: 'Scales the workers back; nobody needs to do anything.',
    comparisonOperator: 'LessThanOrEqualToThreshold',
    threshold: 0,
    evaluationPeriods: IDLE_MINUTES,
    alarmActions: [back.arn],
  })
}

function firstStep(): number {
  return STEPS[0]?.[0] ?? 0
}
