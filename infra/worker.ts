import { serviceArguments } from './service'
import type { StageContext } from './stage-context'
import type { Tasks } from './stages'

/** Waiting photos in all jobs, and the workers to add. A worker with half a core does about 4,000 per minute. */
const STEPS: readonly (readonly [photos: number, workers: number])[] = [
  [2_000, 1],
  [20_000, 3],
  [200_000, 9],
]
const IDLE_MINUTES = 10

/** Batch workers: they process the queue and receive no requests. */
export function createWorker(context: StageContext, tasks: Tasks): sst.aws.Service {
  return new sst.aws.Service('Worker', {
    ...serviceArguments(context, {
      name: 'Worker',
      tasks,
      group: context.groups.worker,
      serves: false,
      command: ['node', 'dist/worker.js'],
      // Nothing else runs on this machine, so there is no reason to yield CPU.
      environment: { BATCH_NICE: '0' },
      service: () => {},
      after: null,
    }),
    scaling: { min: tasks.min, max: tasks.max, cpuUtilization: false, memoryUtilization: false },
    dev: { command: 'node dist/worker.js', autostart: false },
  })
}

/**
 * Adds workers when photos wait, and removes workers when none do. Each web task reports the number of waiting photos
 * (`BacklogPhotos`). A busy worker is protected and stops when it is done.
 */
export function scaleWorkers({ names }: StageContext, { nodes }: sst.aws.Service): void {
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
    alarmDescription: 'Scales out the workers. No action needed.',
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    threshold: firstStep(),
    evaluationPeriods: 1,
    alarmActions: [out.arn],
  })
  new aws.cloudwatch.MetricAlarm('NoPhotoWaits', {
    ...backlog,
    name: names.alarm('no-photo-waits'),
    alarmDescription: 'Scales in the workers. No action needed.',
    comparisonOperator: 'LessThanOrEqualToThreshold',
    threshold: 0,
    evaluationPeriods: IDLE_MINUTES,
    alarmActions: [back.arn],
  })
}

function firstStep(): number {
  return STEPS[0]?.[0] ?? 0
}
