import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request as passOn } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { REAL_MODEL } from '../support/models'
import { PAGES, startServer, type TestServer } from '../support/server'

const REVISION = 'abcdef0123456789'
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const NEW = `${version}+${REVISION.slice(0, 12)}`
const OUTPUTS = '.sst/outputs.json'
/** The command, bundled once with its packages: tsx would compile it, and Node load them, for each of a hundred runs. */
const SCRIPT = 'test-results/deploy.mjs'

/**
 * Stands for the AWS CLI, Docker and SST, because there is no account. Each call is logged, and answered by the first
 * line that it starts with.
 */
const COMMAND = `#!/bin/sh
call="\${0##*/} $*"
printf '%s\\n' "$call" >> "$CALLS"
while IFS='\t' read -r start code file; do
  case "$call" in "$start"*) cat "$file"; exit "$code" ;; esac
done < "$ANSWERS"
`
/** The usage metric that AWS reports with a quota. */
const USAGE = {
  MetricNamespace: 'AWS/Usage',
  MetricName: 'ResourceCount',
  MetricDimensions: { Service: 'Fargate', Type: 'Resource', Resource: 'vCPU', Class: 'Standard/OnDemand' },
}
const FINE: Record<string, [code: number, text: string]> = {
  'aws sts get-caller-identity': [0, '123456789012\n'],
  'aws ec2 describe-availability-zones': [0, '3\n'],
  'aws ssm get-parameters-by-path': [0, '[]\n'],
  'aws ssm get-parameters ': [0, '[]\n'],
  'sst diff': [0, '[]\n'],
  'aws ec2 describe-vpcs': [0, '0\n'],
  'aws ec2 describe-addresses': [0, '0\n'],
  'aws service-quotas get-service-quota': [0, JSON.stringify({ value: 100, usage: USAGE })],
  'aws cloudwatch get-metric-statistics': [0, 'None\n'],
  'aws ssm put-parameter': [0, ''],
  'docker version': [0, '28.0.0\n'],
  'docker buildx version': [0, 'v0.20\n'],
}

let folder: string
let server: TestServer
/** `hosts`: the Host headers of its requests. */
let site: { url: string; version: string; hosts: Set<string>; close(): void }
let kept: string | null

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  for (const name of ['aws', 'docker', 'sst']) {
    writeFileSync(join(folder, name), COMMAND)
    chmodSync(join(folder, name), 0o755)
  }
  const bundled = { bundle: true, platform: 'node', format: 'esm' } as const
  await build({ ...bundled, entryPoints: ['scripts/deploy/deploy.ts'], outfile: SCRIPT })
  // As in staging and production: the pages of the site need no key.
  server = await startServer({ env: { ...PAGES, ...REAL_MODEL, API_KEYS: 'required' } })
  site = await startSite(server.url)
  kept = existsSync(OUTPUTS) ? readFileSync(OUTPUTS, 'utf8') : null
  mkdirSync('.sst', { recursive: true })
  writeFileSync(
    OUTPUTS,
    JSON.stringify({ url: 'http://vision.example.com', balancer: site.url.slice('http://'.length) }),
  )
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

/** The load balancer of a stage whose tasks run some version: a real server with its version replaced. */
async function startSite(target: string): Promise<typeof site> {
  const balancer = createServer(async (request, reply) => {
    made.hosts.add(request.headers.host ?? '')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = 'GET', headers } = request
    const [answer] = (await once(
      passOn(target + request.url, { method, headers }).end(Buffer.concat(chunks)),
      'response',
    )) as [IncomingMessage]
    const body = (await text(answer)).replace(`"version":"${version}"`, `"version":"${made.version}"`)
    const { 'set-cookie': cookies = [] } = answer.headers
    reply.writeHead(answer.statusCode ?? 0, { 'content-type': 'application/json', 'set-cookie': cookies }).end(body)
  }).listen(0, '127.0.0.1')
  await once(balancer, 'listening')
  const made = {
    url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    version: NEW,
    hosts: new Set<string>(),
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
  const lines = Object.entries({ ...answers, ...FINE, ...answers }).map(([start, [code, text]], i) => {
    writeFileSync(`${said}-${i}`, text)
    return `${start}\t${code}\t${said}-${i}\n`
  })
  writeFileSync(said, lines.join(''))
  const { AWS_REGION: _, ...environment } = process.env
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    env: {
      ...environment,
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

test('checks, shows the plan, deploys, verifies the version of the site and classifies a photo', async () => {
  const { code, out, err, calls } = await deploy(['--stage', 'dev'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(calls.filter((call) => call.startsWith('sst'))).toEqual([
    'sst diff --stage dev --json',
    'sst deploy --stage dev',
  ])
  expect(calls.findIndex((call) => call.startsWith('sst'))).toBe(calls.length - 2)
  expect(out).toContain('Deploying dev to account 123456789012, region us-west-2.')
  // The request goes to the load balancer of this region, with the domain as host, not to the region that DNS selects.
  expect(out).toContain(`http://vision.example.com runs ${NEW}, according to ${site.url.slice('http://'.length)}.`)
  expect([...site.hosts]).toEqual(['vision.example.com'])
  expect(out).toMatch(/classifies public\/gallery\/espresso\.png as espresso \(\d+%\)/)
})

test('fails if ECS has rolled back the deployment, although SST reports success', async () => {
  site.version = `${version}+000000000000`
  const { code, err } = await deploy(['--stage', 'dev'])
  expect(code).toBe(1)
  expect(err).toBe(
    `http://vision.example.com does not run ${NEW}: it runs ${site.version}. ECS has rolled back to the old tasks. Check the log of the new ones.\n`,
  )
})

test('verifies a site from anywhere, without permissions', async () => {
  const { code, out, calls } = await deploy(['prove', '--url', site.url])
  expect([code, calls]).toEqual([0, ['']])
  expect(out).toContain(`${site.url} runs ${NEW}.`)
})

const DIGEST = `sha256:${'a'.repeat(64)}`
const IMAGE = `123456789012.dkr.ecr.us-west-2.amazonaws.com/vision@${DIGEST}`

/** The response of the Parameter Store for these settings. */
function keeps(settings: Record<string, string>, stage = 'dev', region = 'us-west-2'): typeof FINE {
  const path = `/vision-classifier/${stage}/settings`
  const found = Object.entries(settings).map(([name, value]) => ({ name: `${path}/${name}`, type: 'String', value }))
  return { [`aws ssm get-parameters-by-path --region ${region} --path ${path} `]: [0, JSON.stringify(found)] }
}

test.each<[name: string, line: RegExp, answers: typeof FINE, env?: Record<string, string>]>([
  [
    'no credentials',
    /^AWS credentials don't work: Unable to locate credentials\. Log in/,
    { 'aws sts': [255, '\nUnable to locate credentials\n'] },
  ],
  ['a region that the account cannot use', /^Can't use us-west-2, the region of dev: /, { 'aws ec2': [255, 'Denied'] }],
  [
    'a shell with another region',
    /^AWS_REGION=eu-west-1 is set in this shell, but dev is in us-west-2\. Unset it/,
    {},
    { AWS_REGION: 'eu-west-1' },
  ],
  [
    'a domain that is only set in the shell',
    /^DOMAIN=a\.example is set in this shell, but dev has none\. Unset it, or store it with: npm run deploy:set -- --stage dev DOMAIN=…$/m,
    {},
    { DOMAIN: 'a.example' },
  ],
  ['an unknown setting', /^THEME is not a stage setting: nothing reads it$/m, keeps({ THEME: 'dark' })],
  [
    'a Parameter Store that cannot be read',
    /^Can't read the SSM Parameter Store: AccessDenied\.$/m,
    { 'aws ssm get-parameters-by-path': [254, 'AccessDenied'] },
  ],
  [
    'a region with one zone',
    /^us-west-2 has 1 zones for this account, but this stage needs 2\./,
    { 'aws ec2': [0, '1'] },
  ],
  [
    'no Docker',
    /^Docker is not running, but is needed to build the image\. Start it, or set IMAGE/,
    { 'docker version': [1, ''] },
  ],
  ['no buildx', /^Docker has no buildx/, { 'docker buildx': [1, ''] }],
  ['an image by tag', /^IMAGE=.*:latest has no digest/, {}, { IMAGE: 'vision:latest' }],
  [
    'an image that does not exist',
    /^IMAGE=.* doesn't exist: ImageNotFound/,
    { 'aws ecr': [254, 'ImageNotFound'] },
    { IMAGE },
  ],
  ['an image without a revision', /^IMAGE is set without REVISION/, {}, { IMAGE, REVISION: '' }],
  [
    'an image from another region',
    /^IMAGE is in eu-west-1, but dev is in us-west-2\. Copy it \(docker buildx imagetools create --prefer-index=false --tag 123456789012\.dkr\.ecr\.us-west-2\.amazonaws\.com\/vision:a{12} 123\S+\) and set IMAGE=123456789012\.dkr\.ecr\.us-west-2\.amazonaws\.com\/vision@sha256:a{64}\.$/m,
    {},
    { IMAGE: IMAGE.replace('us-west-2', 'eu-west-1') },
  ],
  [
    'a domain from another account',
    /^Route 53 has no zone example\.com in this account/,
    keeps({ DOMAIN: 'vision.example.com' }),
  ],
  [
    'a zone that does not contain the domain',
    /^DOMAIN=vision\.example\.com is not in DNS_ZONE=other\.com\.$/m,
    keeps({ DOMAIN: 'vision.example.com', DNS_ZONE: 'other.com' }),
  ],
  [
    'an account without free VPCs',
    /^The quota of VPCs in us-west-2 is 5, of which 5 are used, but dev needs 1 more\. To increase it: aws service-quotas request-service-quota-increase --region us-west-2 --service-code vpc --quota-code L-F678F1CE --desired-value 6$/m,
    {
      'aws ec2 describe-vpcs --query': [0, '5'],
      'aws service-quotas get-service-quota --region us-west-2 --service-code vpc': [0, '{"value":5}'],
    },
  ],
  [
    'an account without free Elastic IP addresses',
    /^The quota of Elastic IP addresses in us-west-2 is 5, of which 5 are used, but dev needs 1 more\./,
    {
      'aws ec2 describe-addresses': [0, '5'],
      'aws service-quotas get-service-quota --region us-west-2 --service-code ec2': [0, '{"value":5}'],
    },
  ],
  [
    'an account without free vCPUs',
    /^The quota of Fargate Spot vCPUs in us-west-2 is 6, of which 5\.5 are used, but dev needs 1 more\./,
    {
      'aws cloudwatch': [0, '5.5'],
      'aws service-quotas get-service-quota --region us-west-2 --service-code fargate': [
        0,
        JSON.stringify({ value: 6, usage: USAGE }),
      ],
    },
  ],
  ['a plan that fails', /^Can't create the plan/m, { 'sst diff': [1, ''] }],
  [
    'an invalid plan',
    /^Can't read the plan \(.*\)\. Nothing was deployed\.$/m,
    { 'sst diff': [0, 'SST 4.17.1 ready!'] },
  ],
  ['a deployment that fails', /^The deployment failed/, { 'sst deploy': [1, ''] }],
])('%s: prints one line and changes nothing', async (_name, line, answers, env = {}) => {
  const { code, err, calls } = await deploy(['--stage', 'dev'], { answers, env })
  expect(code).toBe(1)
  expect(err).toMatch(line)
  expect(err.trim().split('\n')).toHaveLength(1)
  if (!answers['sst deploy']) expect(calls.some((call) => call.startsWith('sst deploy'))).toBe(false)
})

test("creates the operator's token if it is missing, and never prints it", async () => {
  const name = '/vision-classifier/dev/ADMIN_TOKEN'
  const { out, calls } = await deploy(['--stage', 'dev'], {
    answers: { 'aws ssm get-parameters ': [0, JSON.stringify([name])] },
  })
  const [, token = ''] =
    /put-parameter .* --type SecureString --name \/vision-classifier\/dev\/ADMIN_TOKEN --value (\S+)/.exec(
      calls.join('\n'),
    ) ?? []
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(out).toContain(`Created ${name}`)
  expect(out).not.toContain(token)
})

test('production requires confirmation and cannot be removed', async () => {
  const unasked = await deploy(['--stage', 'prod'])
  expect([unasked.code, unasked.err]).toEqual([
    1,
    'Deploy this to prod? This is not a terminal. Pass --yes to confirm.\n',
  ])
  expect((await deploy(['--stage', 'prod', '--yes'])).code).toBe(0)
  expect((await deploy(['remove', '--stage', 'prod', '--yes'])).err).toMatch(/^prod is protected/)
  const removed = await deploy(['remove', '--stage', 'dev', '--yes'])
  expect([removed.code, removed.calls]).toEqual([0, ['sst remove --stage dev']])
  expect((await deploy([])).err).toMatch(/^npm run deploy -- --stage/)
})

test.each(['production', 'prd', 'Prod', 'prod-eu-west-1a'])(
  'refuses %s as a stage, for deploy and for remove',
  async (name) => {
    for (const command of [[], ['remove']]) {
      const { code, err, calls } = await deploy([...command, '--stage', name, '--yes'])
      expect([code, calls]).toEqual([1, ['']])
      expect(err).toMatch(/^\S+ is not a stage\. Did you mean prod(-eu-west-1)?\? [^\n]+\n$/)
    }
  },
)

const step = (op: string, type: string, name: string) => ({
  op,
  type,
  urn: `urn:pulumi:prod::vision-classifier::sst:aws:Service$${type}::${name}`,
  detailedDiff: op === 'update' ? { tags: { diffKind: 'update' } } : null,
})
/** The plan of a deployment without a domain to production with one. */
const WITHOUT_DOMAIN = [
  step('same', 'aws:ec2/vpc:Vpc', 'Vpc'),
  step('update', 'aws:lb/listener:Listener', 'WebListenerHTTP80'),
  step('delete', 'aws:lb/listener:Listener', 'WebListenerHTTPS443'),
  step('delete', 'aws:acm/certificate:Certificate', 'Certificate'),
  step('delete', 'aws:route53/record:Record', 'Domain'),
  step('delete', 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'BalancerFromInternet443'),
]
const PLAN: typeof FINE = { 'sst diff': [0, JSON.stringify(WITHOUT_DOMAIN)] }

test('refuses a plan that removes HTTPS, with or without --yes, unless each resource is named', async () => {
  const { code, out, err, calls } = await deploy(['--stage', 'prod', '--yes'], { answers: PLAN })
  expect(out).toContain('* WebListenerHTTP80 (aws:lb/listener:Listener): tags\n- WebListenerHTTPS443 (')
  expect([code, err]).toEqual([
    1,
    `Not deployed to prod, because the plan would remove or replace:
- the listener WebListenerHTTPS443. To allow this: --remove WebListenerHTTPS443
- the certificate Certificate. To allow this: --remove Certificate
- the DNS record Domain. To allow this: --remove Domain
`,
  ])
  expect(calls.some((call) => call.startsWith('sst deploy'))).toBe(false)
  const two = ['--remove', 'WebListenerHTTPS443', '--remove', 'Certificate']
  const some = await deploy(['--stage', 'prod', '--yes', ...two], { answers: PLAN })
  expect([some.code, some.err.split('\n').slice(1)]).toEqual([
    1,
    ['- the DNS record Domain. To allow this: --remove Domain', ''],
  ])
  expect((await deploy(['--stage', 'prod', '--yes', ...two, '--remove', 'Domain'], { answers: PLAN })).code).toBe(0)
})

test('stores settings with the stage after validating all of them', async () => {
  const set = (...words: string[]) =>
    deploy(['set', '--stage', 'dev', ...words], {
      answers: keeps({ DOMAIN: 'old.example.com', ALARM_EMAIL: 'a@b.example' }),
    })
  const { code, out, calls } = await set('DOMAIN=vision.example.com', 'ALARM_EMAIL=', 'CORS_ORIGINS=https://a.example')
  expect([code, out]).toEqual([0, 'DOMAIN=vision.example.com\nCORS_ORIGINS=https://a.example\n'])
  const path = '/vision-classifier/dev/settings'
  const put = (name: string, value: string) =>
    `aws ssm put-parameter --cli-input-json ${JSON.stringify({ Name: `${path}/${name}`, Value: value, Type: 'String', Overwrite: true })} --region us-west-2`
  expect(calls.slice(1)).toEqual([
    put('DOMAIN', 'vision.example.com'),
    `aws ssm delete-parameter --name ${path}/ALARM_EMAIL --region us-west-2`,
    put('CORS_ORIGINS', 'https://a.example'),
  ])
  for (const [word, line] of [
    ['DOMIAN=a.example', 'DOMIAN is not a stage setting: did you mean DOMAIN?\n'],
    ['ADMIN_TOKEN=x', 'ADMIN_TOKEN is a secret. Store it as a SecureString next to the settings\n'],
    ['DNS_ZONE=example.com', 'DNS_ZONE is set without DOMAIN. Set DOMAIN, or remove DNS_ZONE\n'],
    ['DOMAIN', 'DOMAIN is not a setting. Use NAME=value to set one, or NAME= to remove it.\n'],
  ] as const) {
    const refused = await set('DEFAULT_MODEL_TYPE=fast', 'DOMAIN=', word)
    expect([refused.code, refused.err]).toEqual([1, line])
    expect(refused.calls.some((call) => /put-parameter|delete-parameter/.test(call))).toBe(false)
  }
})

test('a second region uses its own image and production settings, and waits for the production certificate', async () => {
  const stage = 'prod-eu-west-1'
  const args = ['--stage', stage, '--yes']
  const image = { IMAGE: IMAGE.replace('us-west-2', 'eu-west-1'), AWS_REGION: 'eu-west-1' }
  const answers = {
    ...keeps({ DOMAIN: 'vision.example.com' }, 'prod'),
    'aws route53': [0, '/hostedzone/Z'],
  } as typeof FINE
  const early = await deploy(args, { answers, env: image })
  expect(early.err).toBe(
    'prod has no certificate for vision.example.com yet, which validates it for all regions. Deploy prod first.\n',
  )
  const issued = {
    ...answers,
    'aws acm list-certificates --region us-west-2': [0, 'arn:aws:acm:us-west-2'],
  } as typeof FINE
  const { code, out, calls } = await deploy(args, { answers: issued, env: image })
  expect([code, out.includes(`Deploying ${stage} to account 123456789012, region eu-west-1.`)]).toEqual([0, true])
  expect(calls).toContain(
    'aws ssm get-parameters --region eu-west-1 --names /vision-classifier/prod-eu-west-1/ADMIN_TOKEN --query InvalidParameters --output json',
  )
  expect((await deploy(args, { answers: issued, env: { ...image, AWS_REGION: 'us-west-2' } })).err).toMatch(
    /^AWS_REGION=us-west-2 is set in this shell, but prod-eu-west-1 is in eu-west-1\. Unset it/,
  )
  expect((await deploy(['set', '--stage', stage, 'DOMAIN=a.example'])).err).toMatch(
    /^prod-eu-west-1 uses the settings of prod/,
  )
  expect((await deploy(['region', '--stage', stage])).out).toBe('eu-west-1\n')
})

test('prints a line for a quota that limits the stage or cannot be read, and continues', async () => {
  const six = {
    'aws service-quotas get-service-quota --region us-west-2 --service-code fargate': [
      0,
      JSON.stringify({ value: 6, usage: USAGE }),
    ],
  } as typeof FINE
  const bounded = await deploy(['--stage', 'prod', '--yes'], { answers: six })
  expect([bounded.code, bounded.err]).toEqual([0, ''])
  expect(bounded.out).toContain(
    "The account has 6 Fargate vCPUs left in us-west-2. prod can use up to 18 and won't scale beyond the quota.",
  )
  const denied = await deploy(['--stage', 'dev'], { answers: { 'aws service-quotas': [254, 'AccessDenied'] } })
  expect([denied.code, denied.out.match(/The quota of .* was not checked: AccessDenied\./g)?.length]).toEqual([0, 3])
  const blind = await deploy(['--stage', 'dev'], { answers: { 'aws ec2 describe-vpcs': [254, 'AccessDenied'] } })
  expect([blind.code, blind.out.includes('The quotas were not checked: AccessDenied.')]).toEqual([0, true])
  // An existing stage already has its network.
  const again = await deploy(['--stage', 'dev'], { answers: { 'aws ec2 describe-vpcs': [0, '1'] } })
  expect(again.calls.some((call) => call.includes('--service-code vpc'))).toBe(false)
})

test('removing a preview removes its parameters', async () => {
  const { code, calls } = await deploy(['remove', '--stage', 'pr-12', '--yes'], {
    answers: keeps({ CORS_ORIGINS: 'https://a.example' }, 'pr-12'),
  })
  expect([code, calls[0]]).toEqual([0, 'sst remove --stage pr-12'])
  expect(calls.filter((call) => call.includes('delete-parameter'))).toEqual([
    'aws ssm delete-parameter --name /vision-classifier/pr-12/settings/CORS_ORIGINS --region us-west-2',
  ])
})
