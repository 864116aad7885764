import { expect, test } from 'vitest'
import { stageOf } from '@/infra/stages'
import { quotasOf } from '@/scripts/deploy/quotas'

const needs = (stage: string, there: boolean) =>
  Object.fromEntries(quotasOf(stageOf(stage), there).map((quota) => [quota.what, [quota.needs, quota.max]]))

test('a new stage needs a network, and twice its tasks while they are replaced', () => {
  expect(needs('dev', false)).toEqual({ VPCs: [1, 1], 'Elastic IP addresses': [1, 1], 'Fargate Spot vCPUs': [1, 1] })
  // Two web tasks with one core, two workers with half a core; at most ten of each, and as many more during a
  // deployment.
  expect(needs('prod', false)).toEqual({ VPCs: [1, 1], 'Elastic IP addresses': [2, 2], 'Fargate vCPUs': [6, 18] })
  expect(needs('staging', false)).toEqual({
    VPCs: [1, 1],
    'Elastic IP addresses': [1, 1],
    'Fargate vCPUs': [2, 11],
    'Fargate Spot vCPUs': [2, 9],
  })
})

test('an existing stage only needs its next tasks', () => {
  expect(needs('prod', true)).toEqual({ 'Fargate vCPUs': [3, 18] })
})
