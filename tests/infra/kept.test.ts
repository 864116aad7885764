import { expect, test } from 'vitest'
import { parseKept } from '@/infra/kept'
import { releaseOf, settingsOf } from '@/infra/settings'
import { OPTIONS } from '@/lib/server/config/options'
import { FIXED_OPTIONS, placeOf, SECRET_OPTIONS, settingsPath } from '@/lib/shared/deployment/parameters'

const setting = (name: string, value: string, type = 'String') => ({
  name: `${settingsPath('prod')}/${name}`,
  type,
  value,
})
const kept = (...settings: [name: string, value: string, type?: string][]) =>
  parseKept(
    settings.map((each) => setting(...each)),
    [],
  )

test('what is kept with a stage is what it is made of', () => {
  const found = parseKept(
    [setting('DOMAIN', 'vision.example.com'), setting('DEFAULT_MODEL_TYPE', 'fast')],
    ['ADMIN_TOKEN', 'BASIC_AUTH', 'REDIS_URL', 'OTHER'].map((name) => ({
      name: `/vision-classifier/prod/${name}`,
      type: 'SecureString',
      value: '',
    })),
  )
  expect(settingsOf({ name: 'prod' }, found, {})).toEqual({
    project: 'vision-classifier',
    domain: 'vision.example.com',
    zone: 'example.com',
    alarmEmail: null,
    options: { DEFAULT_MODEL_TYPE: 'fast' },
    secrets: ['ADMIN_TOKEN', 'BASIC_AUTH'],
  })
  expect(settingsOf({ name: 'dev' }, kept(), {})).toMatchObject({ domain: null, zone: null, options: {}, secrets: [] })
})

test.each<[name: string, value: string, type: string, line: string]>([
  [
    'DOMAIN',
    'https://vision.example.com',
    'String',
    'DOMAIN=https://vision.example.com is nothing like vision.example.com',
  ],
  ['DOMAIN', 'localhost', 'String', 'DOMAIN=localhost is nothing like vision.example.com'],
  ['ALARM_EMAIL', 'nobody', 'String', 'ALARM_EMAIL=nobody is nothing like you@example.com'],
  ['DOMIAN', 'a.example', 'String', 'DOMIAN is no setting of a stage: did you mean DOMAIN?'],
  ['THEME_BASE', 'dark', 'String', 'THEME_BASE is no setting of a stage: nothing reads it'],
  ['PORT', '8000', 'String', 'PORT is no setting of a stage: the deployment sets it itself, from the table of stages'],
  ['ADMIN_TOKEN', 'x', 'String', 'ADMIN_TOKEN is a secret: put it beside the settings, as a SecureString'],
  ['DEFAULT_MODEL_TYPE', 'quick', 'String', 'DEFAULT_MODEL_TYPE=quick is not allowed; see docs/configuration.md'],
  [
    'CORS_ORIGINS',
    'x',
    'SecureString',
    '/vision-classifier/prod/settings/CORS_ORIGINS is a SecureString: settings are plain, as npm run deploy:set makes them',
  ],
  ['DNS_ZONE', 'example.com', 'String', 'DNS_ZONE is set, and DOMAIN is not'],
])('%s=%s (%s) is refused in a line', (name, value, type, line) => {
  expect(() => kept([name, value, type])).toThrow(new Error(line))
})

test('every option is a secret, a setting, or the deployment’s own', () => {
  expect([...FIXED_OPTIONS, ...SECRET_OPTIONS].filter((name) => !Object.hasOwn(OPTIONS, name))).toEqual([])
  const secret = Object.keys(OPTIONS).filter((name) => /TOKEN|AUTH|SECRET|PASSWORD|_KEY/.test(name))
  expect(secret.filter((name) => placeOf(name, true) !== 'secret')).toEqual([])
})

test('a shell says which image runs, and nothing of what the stage is', () => {
  const stage = { name: 'prod-eu-west-1', region: 'eu-west-1' }
  const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/vision@sha256:${'a'.repeat(64)}`
  expect(releaseOf(stage, { IMAGE: image, REVISION: 'abc', AWS_REGION: 'eu-west-1' })).toEqual({
    image,
    revision: 'abc',
  })
  expect(releaseOf(stage, { AWS_REGION: '' })).toEqual({ image: null, revision: null })
  expect(() => releaseOf(stage, { AWS_REGION: 'us-west-2' })).toThrow(
    'AWS_REGION=us-west-2 is set in this shell, and prod-eu-west-1 is in eu-west-1: unset it.',
  )
  expect(() => releaseOf(stage, { IMAGE: 'vision:latest' })).toThrow('IMAGE=vision:latest names no digest')
})

test.each([
  ['DOMAIN', 'other.example.com', 'prod has vision.example.com'],
  ['DNS_ZONE', 'other.com', 'prod has none'],
  ['ALARM_EMAIL', 'a@b.example', 'prod has operators@example.com'],
])(
  'a shell with another %s is refused, with how to set it for good; the same, or an empty one, is none',
  (name, value, has) => {
    const stage = kept(['DOMAIN', 'vision.example.com'], ['ALARM_EMAIL', 'operators@example.com'])
    expect(() => settingsOf({ name: 'prod' }, stage, { [name]: value })).toThrow(
      `${name}=${value} is set in this shell, and ${has}: unset it, or set it for good: npm run deploy:set -- --stage prod ${name}=…`,
    )
    const agreeing = { DOMAIN: 'vision.example.com', ALARM_EMAIL: 'operators@example.com', DNS_ZONE: '' }
    expect(settingsOf({ name: 'prod' }, stage, agreeing).domain).toBe('vision.example.com')
  },
)

test('a shell of another project is refused', () => {
  expect(() => releaseOf({ name: 'dev', region: 'us-west-2' }, { PROJECT_NAME: 'mine' })).toThrow(
    'PROJECT_NAME=mine is set in this shell, and this tree deploys vision-classifier: unset it.',
  )
})
