import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startServer, type TestServer } from '../support/server'

const REVISION = 'abcdef0123456789'
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const NEW = `${version}+${REVISION.slice(0, 12)}`
const OUTPUTS = '.sst/outputs.json'

/** What AWS's command, Docker's and SST's say, instead of an account: each call is written down, and answered by the first line that it begins with. */
const COMMAND = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs')
const [name, ...args] = [require('node:path').basename(process.argv[1]), ...process.argv.slice(2)]
const call = [name, ...args].join(' ')
appendFileSync(process.env.CALLS, call + '\\n')
const answers = JSON.parse(readFileSync(process.env.ANSWERS, 'utf8'))
const [, [code, text]] = Object.entries(answers).find(([start]) => call.startsWith(start)) ?? ['', [0, '']]
process.stdout.write(text)
process.exit(code)
`
const FINE: Record<string, [code: number, text: string]> = {
  'aws sts get-caller-identity': [0, '123456789012\n'],
  'aws ec2 describe-availability-zones': [0, '3\n'],
  'aws ssm get-parameters': [0, '[]\n'],
  'aws ssm put-parameter': [0, ''],
  'docker version': [0, '28.0.0\n'],
  'docker buildx version': [0, 'v0.20\n'],
}

let folder: string
let server: TestServer
let site: { url: string; version: string; close(): void }
let kept: string | null

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  for (const name of ['aws', 'docker', 'sst']) {
    writeFileSync(join(folder, name), COMMAND)
    chmodSync(join(folder, name), 0o755)
  }
  server = await startServer()
  site = await startSite(server.url)
  kept = existsSync(OUTPUTS) ? readFileSync(OUTPUTS, 'utf8') : null
  mkdirSync('.sst', { recursive: true })
  writeFileSync(OUTPUTS, JSON.stringify({ url: site.url }))
})
afterAll(async () => {
  if (kept === null) rmSync(OUTPUTS, { force: true })
  else writeFileSync(OUTPUTS, kept)
  site?.close()
  await server?.stop()
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  site.version = NEW
})

/** The load balancer of a stage whose tasks run some version: a real server behind it, which has another name for itself. */
async function startSite(target: string): Promise<typeof site> {
  const balancer = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = request.method === 'POST' ? { method: 'POST', body: Buffer.concat(chunks) } : {}
    const answer = await fetch(target + request.url, body)
    const text = (await answer.text()).replace(`"version":"${version}"`, `"version":"${made.version}"`)
    reply.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  }).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  const made = {
    url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    version: NEW,
    close: () => void balancer.close(),
  }
  return made
}

async function deploy(
  args: string[],
  { answers = {}, env = {} }: { answers?: typeof FINE; env?: Record<string, string> } = {},
) {
  const [calls, said] = [join(folder, 'calls'), join(folder, 'answers')]
  writeFileSync(calls, '')
  writeFileSync(said, JSON.stringify({ ...answers, ...FINE, ...answers }))
  const child = spawn('node_modules/.bin/tsx', ['scripts/deploy/deploy.ts', ...args], {
    env: {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      CALLS: calls,
      ANSWERS: said,
      REVISION,
      DEPLOY_PATIENCE_MS: '100',
      ...env,
    },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => (out += data))
  child.stderr.on('data', (data) => (err += data))
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err, calls: readFileSync(calls, 'utf8').trim().split('\n') }
}

test('asks first, shows the plan, deploys, and then asks the site what it is and has it classify a photo', async () => {
  const { code, out, err, calls } = await deploy(['--stage', 'dev'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(calls.filter((call) => call.startsWith('sst'))).toEqual(['sst diff --stage dev', 'sst deploy --stage dev'])
  expect(calls.findIndex((call) => call.startsWith('sst'))).toBe(calls.length - 2)
  expect(out).toContain('dev goes to account 123456789012, region us-west-2.')
  expect(out).toContain(`${site.url} runs ${NEW}.`)
  expect(out).toMatch(/takes public\/gallery\/espresso\.png for espresso \(\d+ %\)/)
})

test('a deployment that ECS has rolled back is a failure, though SST calls it none', async () => {
  site.version = `${version}+000000000000`
  const { code, err } = await deploy(['--stage', 'dev'])
  expect(code).toBe(1)
  expect(err).toBe(
    `${site.url} does not run ${NEW}: it runs ${site.version}. ECS has gone back to the old tasks: see the log of the new ones.\n`,
  )
})

test('the same can be asked of a site from anywhere, without rights', async () => {
  const { code, out, calls } = await deploy(['prove', '--url', site.url])
  expect([code, calls]).toEqual([0, ['']])
  expect(out).toContain(`${site.url} runs ${NEW}.`)
})

const DIGEST = `sha256:${'a'.repeat(64)}`
const IMAGE = `123456789012.dkr.ecr.us-west-2.amazonaws.com/vision@${DIGEST}`

test.each<[name: string, line: RegExp, answers: typeof FINE, env?: Record<string, string>]>([
  [
    'no credentials',
    /^AWS takes no credentials: Unable to locate credentials\. Log in/,
    { 'aws sts': [255, '\nUnable to locate credentials\n'] },
  ],
  [
    'a region that is none',
    /^AWS_REGION=mars-1 cannot be used: /,
    { 'aws ec2': [255, 'Could not connect'] },
    { AWS_REGION: 'mars-1' },
  ],
  [
    'a region with one zone',
    /^us-west-2 has 1 zones for this account, and this stage needs 2\./,
    { 'aws ec2': [0, '1'] },
  ],
  ['no Docker', /^Docker does not run; it builds the image\. Start it, or set IMAGE/, { 'docker version': [1, ''] }],
  ['no buildx', /^Docker has no buildx/, { 'docker buildx': [1, ''] }],
  ['an image by its tag', /^IMAGE=.*:latest names no digest/, {}, { IMAGE: 'vision:latest' }],
  [
    'an image that is not there',
    /^IMAGE=.* is not there: ImageNotFound/,
    { 'aws ecr': [254, 'ImageNotFound'] },
    { IMAGE },
  ],
  ['an image of nobody knows which tree', /^IMAGE is set and REVISION is not/, {}, { IMAGE, REVISION: '' }],
  [
    'a domain of another account',
    /^Route 53 has no zone example\.com in this account/,
    {},
    { DOMAIN: 'vision.example.com' },
  ],
  ['a plan that fails', /^The plan cannot be made/, { 'sst diff': [1, ''] }],
  ['a deployment that fails', /^The deployment failed/, { 'sst deploy': [1, ''] }],
])('%s is one line, before anything is changed', async (_name, line, answers, env = {}) => {
  const { code, err, calls } = await deploy(['--stage', 'dev'], { answers, env })
  expect(code).toBe(1)
  expect(err).toMatch(line)
  expect(err.trim().split('\n')).toHaveLength(1)
  if (!answers['sst deploy']) expect(calls.some((call) => call.startsWith('sst deploy'))).toBe(false)
})

test("the operator's token is made where there is none, and never printed", async () => {
  const name = '/vision-classifier/dev/ADMIN_TOKEN'
  const { out, calls } = await deploy(['--stage', 'dev'], {
    answers: { 'aws ssm get-parameters': [0, JSON.stringify([name])] },
  })
  const [, token = ''] =
    /put-parameter .* --type SecureString --name \/vision-classifier\/dev\/ADMIN_TOKEN --value (\S+)/.exec(
      calls.join('\n'),
    ) ?? []
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(out).toContain(`Made ${name}`)
  expect(out).not.toContain(token)
})

test('production is asked for, and is not removed', async () => {
  const unasked = await deploy(['--stage', 'prod'])
  expect([unasked.code, unasked.err]).toEqual([1, 'Deploy this to prod? Nobody is here to ask: say --yes.\n'])
  expect((await deploy(['--stage', 'prod', '--yes'])).code).toBe(0)
  expect((await deploy(['remove', '--stage', 'prod', '--yes'])).err).toMatch(/^prod is protected/)
  const removed = await deploy(['remove', '--stage', 'pr-12', '--yes'])
  expect([removed.code, removed.calls]).toEqual([0, ['sst remove --stage pr-12']])
  expect((await deploy([])).err).toMatch(/^npm run deploy -- --stage/)
})

test.each(['production', 'prd', 'Prod', 'prod-eu-west-1a'])(
  '%s is no stage, neither to deploy nor to remove',
  async (name) => {
    for (const command of [[], ['remove']]) {
      const { code, err, calls } = await deploy([...command, '--stage', name, '--yes'])
      expect([code, calls]).toEqual([1, ['']])
      expect(err).toMatch(/^\S+ is no stage: did you mean prod(-eu-west-1)?\? [^\n]+\n$/)
    }
  },
)
