import { all, type Graph, has, type Invariant, one, type Resource } from '../graph'
import { COOLDOWN } from './limits'

const policies = (graph: Graph) => all(graph, 'aws:appautoscaling/policy:Policy')

interface Step {
  scalingAdjustment: number
  metricIntervalLowerBound?: string
  metricIntervalUpperBound?: string
}

function cooldownFaults({ name, inputs }: Resource): string[] {
  const { targetTrackingScalingPolicyConfiguration: tracking, stepScalingPolicyConfiguration: stepping } = inputs
  const goesBack = (stepping?.stepAdjustments ?? []).every(({ scalingAdjustment }: Step) => scalingAdjustment < 0)
  const within = (what: string, seconds: number, most: number) =>
    seconds >= 0 && seconds <= most ? [] : [`${name} has a scale-${what} cooldown of ${seconds} s`]
  return [
    ...(tracking
      ? [
          ...within('out', tracking.scaleOutCooldown ?? 0, COOLDOWN.out),
          ...within('back', tracking.scaleInCooldown ?? 0, COOLDOWN.back),
        ]
      : []),
    ...(stepping
      ? within(goesBack ? 'in' : 'out', stepping.cooldown ?? 0, goesBack ? COOLDOWN.back : COOLDOWN.out)
      : []),
    ...(Boolean(tracking) === Boolean(stepping) ? [`${name} needs exactly one metric`] : []),
    ...(tracking && inputs.policyType !== 'TargetTrackingScaling' ? [`${name} is not a ${inputs.policyType}`] : []),
    ...(stepping && inputs.policyType !== 'StepScaling' ? [`${name} is not a ${inputs.policyType}`] : []),
  ]
}

/** Steps must be contiguous: AWS accepts neither gaps nor overlaps, and each side may have one open end. */
function stepFaults({ name, inputs }: Resource): string[] {
  const steps = (inputs.stepScalingPolicyConfiguration?.stepAdjustments ?? []) as Step[]
  const bounds = steps
    .map(
      (step) =>
        [
          Number(step.metricIntervalLowerBound ?? -Infinity),
          Number(step.metricIntervalUpperBound ?? Infinity),
        ] as const,
    )
    .sort((a, b) => a[0] - b[0])
  return bounds.flatMap(([lower, upper], i) => [
    ...(lower < upper ? [] : [`${name}: a step from ${lower} to ${upper}`]),
    ...(i > 0 && bounds[i - 1]?.[1] !== lower ? [`${name}: steps are not contiguous at ${lower}`] : []),
  ])
}

const target = (graph: Graph, name: string) =>
  all(graph, 'aws:appautoscaling/target:Target').find((each) => each.name === name)

export const VALID_SCALING: Invariant[] = [
  {
    name: 'scale-out repeats within five minutes, and scale-in follows within fifteen',
    check: (graph) => policies(graph).flatMap(cooldownFaults),
    mutations: {
      'a scale-out cooldown of 6,000 s': (graph) => {
        if (!has(graph, 'WebAutoScalingCpuPolicy')) return false
        one(graph, 'WebAutoScalingCpuPolicy').inputs.targetTrackingScalingPolicyConfiguration.scaleOutCooldown = 6000
      },
      'a scale-out cooldown of hours': (graph) => {
        if (!has(graph, 'WorkersOut')) return false
        one(graph, 'WorkersOut').inputs.stepScalingPolicyConfiguration.cooldown = 6000
      },
      'a scale-in cooldown of hours': (graph) => {
        if (!has(graph, 'WorkersBack')) return false
        one(graph, 'WorkersBack').inputs.stepScalingPolicyConfiguration.cooldown = 86_400
      },
      'a negative cooldown': (graph) => {
        if (!has(graph, 'WorkersOut')) return false
        one(graph, 'WorkersOut').inputs.stepScalingPolicyConfiguration.cooldown = -1
      },
      'the wrong policy type': (graph) => {
        if (!has(graph, 'WorkersOut')) return false
        one(graph, 'WorkersOut').inputs.policyType = 'TargetTrackingScaling'
      },
    },
  },
  {
    name: 'scaling steps are contiguous, and bounds are in order',
    check: (graph) => [
      ...policies(graph).flatMap(stepFaults),
      ...all(graph, 'aws:appautoscaling/target:Target').flatMap(({ name, inputs }) =>
        inputs.minCapacity >= 0 && inputs.minCapacity <= inputs.maxCapacity
          ? []
          : [`${name}: ${inputs.minCapacity} to ${inputs.maxCapacity}`],
      ),
      ...policies(graph).flatMap(({ name, inputs }) => {
        const { resourceId, scalableDimension } = inputs
        const known = all(graph, 'aws:appautoscaling/target:Target').some(
          (each) => each.inputs.resourceId === resourceId && each.inputs.scalableDimension === scalableDimension,
        )
        return known ? [] : [`${name} scales ${resourceId}, which is not registered`]
      }),
    ],
    mutations: {
      'a gap': (graph) => {
        if (!has(graph, 'WorkersOut')) return false
        one(graph, 'WorkersOut').inputs.stepScalingPolicyConfiguration.stepAdjustments.splice(1, 1)
      },
      'an overlap': (graph) => {
        if (!has(graph, 'WorkersOut')) return false
        one(graph, 'WorkersOut').inputs.stepScalingPolicyConfiguration.stepAdjustments[1].metricIntervalLowerBound = '0'
      },
      'a minimum above the maximum': (graph) => {
        const web = target(graph, 'WebAutoScalingTarget')
        if (!web) return false
        web.inputs.minCapacity = web.inputs.maxCapacity + 1
      },
      'a service in another cluster': (graph) => {
        if (!has(graph, 'WorkersOut')) return false
        one(graph, 'WorkersOut').inputs.resourceId = 'service/other/Worker'
      },
    },
  },
]
