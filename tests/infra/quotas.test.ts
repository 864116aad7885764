import { expect, test } from 'vitest'
import { stageOf } from '@/infra/stages'
import { quotasOf } from '@/scripts/deploy/quotas'

const needs = (stage: string, there: boolean) =>
  Object.fromEntries(quotasOf(stageOf(stage), there).map((quota) => [quota.what, [quota.needs, quota.most]]))

test('a new stage takes a network and its tasks twice, while they are replaced', () => {
  expect(needs('dev', false)).toEqual({ VPCs: [1, 1], 'Elastic IP addresses': [1, 1], 'Fargate Spot vCPUs': [1, 1] })
  // Two web tasks of one core, two workers of half a one; at most ten of each, and as many more as are replaced.
  expect(needs('prod', false)).toEqual({ VPCs: [1, 1], 'Elastic IP addresses': [2, 2], 'Fargate vCPUs': [6, 18] })
  expect(needs('staging', false)).toEqual({
    VPCs: [1, 1],
    'Elastic IP addresses': [1, 1],
    'Fargate vCPUs': [2, 11],
    'Fargate Spot vCPUs': [2, 9],
  })
})

test('one that is there only takes its next tasks', () => {
  expect(needs('prod', true)).toEqual({ 'Fargate vCPUs': [3, 18] })
})
