import { expect, test } from 'vitest'
import { parsePlan, planLines, refusedRemovals, type Step } from '@/scripts/deploy/plan'

const step = (op: string, type: string, name: string, changed?: string[]): Step => ({
  op,
  type,
  urn: `urn:pulumi:prod::vision-classifier::sst:aws:Service$${type}::${name}`,
  detailedDiff: changed ? Object.fromEntries(changed.map((path) => [path, {}])) : null,
})

test.each([
  ['aws:lb/listener:Listener', 'listener'],
  ['aws:alb/listener:Listener', 'listener'],
  ['aws:lb/loadBalancer:LoadBalancer', 'load balancer'],
  ['aws:acm/certificate:Certificate', 'certificate'],
  ['aws:s3/bucket:Bucket', 'bucket'],
  ['aws:s3/bucketV2:BucketV2', 'bucket'],
  ['aws:elasticache/replicationGroup:ReplicationGroup', 'cache'],
  ['aws:route53/record:Record', 'DNS record'],
  ['aws:sns/topicSubscription:TopicSubscription', 'alarm subscription'],
  ['aws:ec2/vpc:Vpc', 'network'],
])('%s is not removed or replaced unless it is named', (type, kind) => {
  for (const op of ['delete', 'replace', 'create-replacement', 'delete-replaced']) {
    const steps = [step('create', 'aws:ec2/eip:Eip', 'Address'), step(op, type, 'It')]
    expect(refusedRemovals(steps, [])).toEqual([`the ${kind} It. To allow this: --remove It`])
    expect(refusedRemovals(steps, ['It'])).toEqual([])
  }
  for (const op of ['create', 'update', 'same', 'import', 'read', 'refresh']) {
    expect(refusedRemovals([step(op, type, 'It')], [])).toEqual([])
  }
})

test('removes unprotected resources, and refuses a name that the plan does not remove', () => {
  const steps = [
    step('delete', 'aws:cloudwatch/metricAlarm:MetricAlarm', 'Latency'),
    step('delete', 'sst:aws:Bucket', 'Logs'),
  ]
  expect(refusedRemovals(steps, [])).toEqual([])
  expect(refusedRemovals(steps, ['Latency'])).toEqual([])
  expect(refusedRemovals(steps, ['Latencies'])).toEqual(['--remove names Latencies, but the plan does not remove it'])
})

test('prints a plan with one line per change', () => {
  const steps = [
    step('same', 'aws:ec2/vpc:Vpc', 'Vpc'),
    step('update', 'pulumi:pulumi:Stack', 'stack'),
    step('create', 'aws:ec2/eip:Eip', 'Address'),
    step('update', 'aws:lb/listener:Listener', 'WebListenerHTTP80', ['tags', 'defaultActions[0].type', '__meta']),
    step('create-replacement', 'aws:ecs/taskDefinition:TaskDefinition', 'WebTask'),
    step('replace', 'aws:ecs/taskDefinition:TaskDefinition', 'WebTask'),
    step('delete-replaced', 'aws:ecs/taskDefinition:TaskDefinition', 'WebTask'),
    step('delete', 'aws:sns/topic:Topic', 'Alarms'),
  ]
  expect(planLines(parsePlan(JSON.stringify(steps)))).toEqual([
    '+ Address (aws:ec2/eip:Eip)',
    '* WebListenerHTTP80 (aws:lb/listener:Listener): defaultActions[0].type, tags',
    '± WebTask (aws:ecs/taskDefinition:TaskDefinition)',
    '- Alarms (aws:sns/topic:Topic)',
  ])
  expect(parsePlan('null')).toEqual([])
})

test.each(['', 'SST ready', '{}', '[1]', '[null]', '[{"op":"delete"}]'])(
  'refuses %j as a plan, and does not treat it as an empty one',
  (text) => {
    expect(() => parsePlan(text)).toThrow()
  },
)

test('a plan that creates a certificate drops no listeners, and a plan without one does', () => {
  const listener = step('delete', 'aws:lb/listener:Listener', 'WebListenerHTTP80')
  const certificate = step('create', 'aws:acm/certificateValidation:CertificateValidation', 'CertificateValid')
  const bucket = step('delete', 'aws:s3/bucket:Bucket', 'LogsBucket')
  expect(parsePlan(JSON.stringify([certificate, listener, bucket]))).toEqual([certificate, bucket])
  expect(parsePlan(JSON.stringify([listener, bucket]))).toEqual([listener, bucket])
})
