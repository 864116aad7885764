import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { actionlint, linters } from '../../scripts/tools/linters.mjs'

const WORKFLOWS = readdirSync('.github/workflows').map((name) => join('.github/workflows', name))
const MANIFESTS = ['configuration', 'web', 'worker', 'network'].map((name) => `infra/kubernetes/${name}.yaml`)

let bin: string
beforeAll(() => {
  bin = linters()
}, 120_000)

function lint(command: string, ...args: string[]): { ok: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return { ok: status === 0, said: stdout + stderr }
}

/** A copy of a file with a mistake, which the linter must find. */
function broken(path: string, from: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lint-'))
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  const file = join(folder, path.split('/').at(-1) as string)
  writeFileSync(file, text.replace(from, to))
  return file
}

test.each<
  [what: string, run: (...files: string[]) => { ok: boolean; said: string }, files: string[], from: string, to: string]
>([
  [
    'Dockerfile',
    (...files) => lint(join(bin, 'hadolint'), ...files),
    ['Dockerfile'],
    'node:24-bookworm-slim AS build',
    'node AS build',
  ],
  [
    'compose.yaml',
    (...files) => lint(join(bin, 'check-jsonschema'), '--builtin-schema', 'vendor.compose-spec', ...files),
    ['compose.yaml'],
    'read_only: true',
    'readonly: 1',
  ],
  [
    'workflows',
    (...files) => lint(join(bin, 'check-jsonschema'), '--builtin-schema', 'vendor.github-workflows', ...files),
    WORKFLOWS,
    'runs-on: ubuntu-24.04',
    'run-on: ubuntu-24.04',
  ],
  [
    'updates',
    (...files) => lint(join(bin, 'check-jsonschema'), '--builtin-schema', 'vendor.dependabot', ...files),
    ['.github/dependabot.yml'],
    'package-ecosystem: npm',
    'package-ecosystem: npn',
  ],
  [
    'manifests',
    (...files) => lint(join(bin, 'kubernetes-validate'), '--strict', ...files),
    MANIFESTS,
    'metadata:',
    'metdata:',
  ],
])('%s: the linter finds nothing, and finds a mistake', (_what, run, files, from, to) => {
  // All at once: a linter takes a second or two to start.
  expect(run(...files)).toMatchObject({ ok: true })
  const wrong = broken(files[0] as string, from, to)
  expect(run(wrong).ok).toBe(false)
  rmSync(join(wrong, '..'), { recursive: true })
})

// actionlint is built with Go. Without Go, only the workflow schema is checked, above.
test.skipIf(actionlint() === null)(
  'actionlint finds nothing in the workflows, and finds a mistake',
  () => {
    const command = actionlint() as string
    expect(lint(command, ...WORKFLOWS)).toEqual({ ok: true, said: '' })
    const wrong = broken('.github/workflows/deploy.yml', 'needs.image.outputs.digest', 'needs.picture.outputs.digest')
    expect(lint(command, wrong).ok).toBe(false)
    rmSync(join(wrong, '..'), { recursive: true })
  },
  60_000,
)

test('workflows store no AWS keys and declare their permissions', () => {
  for (const file of WORKFLOWS) {
    const text = readFileSync(file, 'utf8')
    expect([file, /AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)/.test(text)]).toEqual([file, false])
    expect([file, (parse(text) as { permissions: object }).permissions]).toEqual([file, { contents: 'read' }])
  }
  const { jobs } = parse(readFileSync('.github/workflows/deploy.yml', 'utf8')) as {
    jobs: Record<string, Job>
  }
  expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs])).toEqual([
    ['test', undefined],
    ['regions', undefined],
    ['image', ['test', 'regions']],
    ['staging', ['regions', 'image']],
    ['smoke', 'staging'],
    ['production', ['regions', 'image', 'smoke']],
    ['second-region', ['regions', 'image', 'production']],
  ])
  expect([jobs.production, jobs['second-region']].map((job) => job?.environment?.name)).toEqual([
    'production',
    'production',
  ])
})

test('every action is pinned to a commit, and staging and production have a role each', () => {
  for (const file of WORKFLOWS) {
    const used = [...readFileSync(file, 'utf8').matchAll(/uses: (\S+)(.*)/g)]
    for (const [, action = '', comment] of used)
      expect([file, action, comment]).toEqual([
        file,
        expect.stringMatching(/^(\.\/|[^@]+@[0-9a-f]{40}$)/),
        action.startsWith('./') ? '' : expect.stringMatching(/^ # v\d+\.\d+\.\d+$/),
      ])
  }
  const { jobs } = parse(readFileSync('.github/workflows/deploy.yml', 'utf8')) as { jobs: Record<string, Job> }
  const roles = Object.entries(jobs).flatMap(([name, { environment, steps = [] }]) =>
    steps.flatMap((step) =>
      step.with?.['role-to-assume'] ? [[name, environment?.name, step.with['role-to-assume']]] : [],
    ),
  )
  // AWS_ROLE is a variable of each environment, so staging's jobs can't assume production's role.
  expect(roles).toEqual([
    ['image', undefined, `\${{ vars.IMAGE_ROLE }}`],
    ['staging', 'staging', `\${{ vars.AWS_ROLE }}`],
    ['production', 'production', `\${{ vars.AWS_ROLE }}`],
    ['second-region', 'production', `\${{ vars.AWS_ROLE }}`],
  ])
})

interface Job {
  needs?: string | string[]
  environment?: { name: string }
  steps?: { run?: string; with?: Record<string, string>; env?: Record<string, string> }[]
}

test('each stage is deployed in its own region with the image from that registry, and the workflow sets nothing else', () => {
  const { jobs } = parse(readFileSync('.github/workflows/deploy.yml', 'utf8')) as { jobs: Record<string, Job> }
  for (const [name, stage, region] of [
    ['staging', 'staging', 'needs.regions.outputs.staging'],
    ['production', 'prod', 'needs.regions.outputs.prod'],
    ['second-region', '"prod-$SECOND"', 'vars.SECOND_REGION'],
  ] as const) {
    const steps = jobs[name]?.steps ?? []
    const deploy = steps.find(({ run }) => run?.includes('npm run deploy'))
    expect(deploy?.run).toContain(`npm run deploy -- --stage ${stage} --yes`)
    expect(steps.find((step) => step.with?.['aws-region'])?.with?.['aws-region']).toBe(`\${{ ${region} }}`)
    expect(deploy?.env?.IMAGE).toContain(`.dkr.ecr.\${{ ${region} }}.amazonaws.com/`)
    expect(Object.keys(deploy?.env ?? {})).toEqual([
      'IMAGE',
      'REVISION',
      ...(name === 'second-region' ? ['SECOND'] : []),
    ])
  }
  const push = jobs.image?.steps?.find(({ run }) => run?.includes('docker login'))
  expect(Object.values(push?.env ?? {})).toEqual(
    expect.arrayContaining(['regions.outputs.staging', 'regions.outputs.prod'].map((each) => `\${{ needs.${each} }}`)),
  )
  expect(push?.env?.SECOND).toMatch(/vars\.SECOND_REGION/)
})

describe('the Kubernetes manifests', () => {
  // biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects have no types here.
  const read = (file: string): any[] => parseAllDocuments(readFileSync(file, 'utf8')).map((each) => each.toJS())
  const objects = MANIFESTS.flatMap(read)
  const find = (kind: string, name: string) => objects.find((each) => each.kind === kind && each.metadata.name === name)
  const pod = (name: string) => find('Deployment', name).spec.template.spec

  test('pods run without root, write to memory and two folders only, and have no cluster permissions', () => {
    for (const name of ['vision-web', 'vision-worker']) {
      const { securityContext, automountServiceAccountToken, containers, volumes } = pod(name)
      expect([securityContext.runAsNonRoot, securityContext.runAsUser, automountServiceAccountToken]).toEqual([
        true,
        1000,
        false,
      ])
      expect(containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(volumes.every((volume: object) => 'emptyDir' in volume)).toBe(true)
      expect(containers[0].resources.limits.memory).toBeDefined()
    }
  })

  test('pods have enough time to stop, and web pods have a readiness probe', () => {
    const seconds = (name: string, option: string) => {
      const env = pod(name).containers[0].env as { name: string; value: string }[]
      return Number(env.find((each) => each.name === option)?.value ?? 0) / 1000
    }
    for (const name of ['vision-web', 'vision-worker']) {
      const needed = seconds(name, 'SHUTDOWN_DELAY_MS') + seconds(name, 'SHUTDOWN_TIMEOUT_MS')
      expect([name, pod(name).terminationGracePeriodSeconds > needed]).toEqual([name, true])
    }
    const { readinessProbe, livenessProbe, startupProbe } = pod('vision-web').containers[0]
    expect(readinessProbe.httpGet.path).toBe('/health/ready')
    expect(livenessProbe.httpGet.path).toBe('/health/live')
    expect(startupProbe.httpGet.path).toBe('/health/ready')
    expect(seconds('vision-web', 'SHUTDOWN_DELAY_MS')).toBeGreaterThanOrEqual(
      readinessProbe.periodSeconds * readinessProbe.failureThreshold,
    )
  })

  test('both deployments scale, and keep one pod while nodes are drained', () => {
    for (const name of ['vision-web', 'vision-worker']) {
      const { minReplicas, maxReplicas, scaleTargetRef } = find('HorizontalPodAutoscaler', name).spec
      expect([scaleTargetRef.name, maxReplicas]).toEqual([name, 10])
      expect(minReplicas).toBeGreaterThanOrEqual(name === 'vision-web' ? 2 : 1)
      expect(find('PodDisruptionBudget', name).spec.selector.matchLabels).toEqual({ 'app.kubernetes.io/name': name })
    }
  })
})
