import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { REGIONS } from '@/infra/regions'
import { STAGE_NAMES, stageOf } from '@/infra/stages'

test('accepts the stages in the table, production in another region, and previews', () => {
  expect(STAGE_NAMES.map((name) => stageOf(name).name)).toEqual(['dev', 'staging', 'prod'])
  expect(stageOf('prod-eu-west-1')).toEqual({ ...stageOf('prod'), name: 'prod-eu-west-1', region: 'eu-west-1' })
  for (const name of ['pr-1', 'pr-1234567', 'preview-anna', 'preview-new-queue-2']) {
    expect(stageOf(name)).toEqual({ ...stageOf('dev'), name })
  }
})

test.each([
  ['production', 'prod'],
  ['Prod', 'prod'],
  ['PROD', 'prod'],
  ['prd', 'prod'],
  ['prod ', 'prod'],
  ['prod-eu-west-1a', 'prod-eu-west-1'],
  ['prod-eu-west1', 'prod-eu-west-1'],
  ['prod_eu-west-1', 'prod-eu-west-1'],
  ['prod-us-west-22', 'prod-us-west-1'],
  ['stage', 'staging'],
  ['stagin', 'staging'],
  ['development', 'dev'],
  ['pr12', 'pr-12'],
  ['PR-12', 'pr-12'],
  ['pr-0012', 'preview-pr-0012'],
  ['anna', 'preview-anna'],
  ['preview-', 'preview-name'],
  ['preview_anna', 'preview-anna'],
  ['feature/new-queue', 'preview-feature-new-queue'],
  [`preview-${'long'.repeat(9)}`, `preview-${'long'.repeat(6)}`],
  ['', 'preview-name'],
  ['constructor', 'preview-constructor'],
  ['__proto__', 'preview-proto'],
])('%j is not a stage, and the error suggests %j', (name, meant) => {
  expect(() => stageOf(name)).toThrow(`Did you mean ${meant}? Stages are dev, staging, prod, prod-<region>`)
  expect(() => stageOf(name)).toThrow(/^[^\n]+$/)
  // The suggestion is a valid stage.
  expect(stageOf(meant).name).toBe(meant)
})

test('refuses the production region as a second region', () => {
  expect(() => stageOf('prod-us-west-2')).toThrow(
    'prod-us-west-2 is not a stage. us-west-2 is the region of prod itself.',
  )
})

test('lists the regions of the AWS provider in the standard partition', () => {
  const types = readFileSync('.sst/platform/node_modules/@pulumi/aws/types/enums/index.d.ts', 'utf8')
  const [, list = ''] = /declare const Region: \{([^}]*)\}/.exec(types) ?? []
  const known = [...list.matchAll(/: "([a-z0-9-]+)"/g)].map(([, region]) => region as string)
  expect([...REGIONS]).toEqual(known.filter((region) => !/^(cn|us-gov|us-iso|eu-iso)/.test(region)).sort())
})

test('SST itself refuses such a name, and a shell with another region, before it contacts AWS', () => {
  const sst = (stage: string, env: Record<string, string> = {}) => {
    const { AWS_REGION: _, ...shell } = process.env
    const { status, stdout, stderr } = spawnSync('node_modules/.bin/sst', ['diff', '--stage', stage, '--print-logs'], {
      env: { ...shell, SST_SKIP_DEPENDENCY_CHECK: '1', SST_NO_BUN: '1', SST_TELEMETRY_DISABLED: '1', ...env },
      encoding: 'utf8',
    })
    return { status, said: stdout + stderr }
  }
  const named = sst('production')
  expect([named.status, named.said]).toEqual([
    1,
    expect.stringContaining('production is not a stage. Did you mean prod?'),
  ])
  const placed = sst('prod-eu-west-1', { AWS_REGION: 'us-west-2' })
  expect([placed.status, placed.said]).toEqual([1, expect.stringContaining('prod-eu-west-1 is in eu-west-1. Unset it')])
}, 60_000)
