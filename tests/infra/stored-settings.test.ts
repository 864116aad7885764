import { expect, test } from 'vitest'
import { releaseOf, settingsOf } from '@/infra/settings'
import { parseStoredSettings } from '@/infra/stored-settings'
import { OPTIONS } from '@/lib/server/config/options'
import { FIXED_OPTIONS, placeOf, SECRET_OPTIONS, settingsPath } from '@/lib/shared/deployment/parameters'

const setting = (name: string, value: string, type = 'String') => ({
  name: `${settingsPath('prod')}/${name}`,
  type,
  value,
})
const stored = (...settings: [name: string, value: string, type?: string][]) =>
  parseStoredSettings(
    settings.map((each) => setting(...each)),
    [],
  )

test('stored settings configure the stage', () => {
  const found = parseStoredSettings(
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
  expect(settingsOf({ name: 'dev' }, stored(), {})).toMatchObject({
    domain: null,
    zone: null,
    options: {},
    secrets: [],
  })
})

test.each<[name: string, value: string, type: string, line: string]>([
  [
    'DOMAIN',
    'https://vision.example.com',
    'String',
    'DOMAIN=https://vision.example.com is invalid. Use a value like vision.example.com',
  ],
  ['DOMAIN', 'localhost', 'String', 'DOMAIN=localhost is invalid. Use a value like vision.example.com'],
  ['ALARM_EMAIL', 'nobody', 'String', 'ALARM_EMAIL=nobody is invalid. Use a value like you@example.com'],
  ['DOMIAN', 'a.example', 'String', 'DOMIAN is not a stage setting: did you mean DOMAIN?'],
  ['THEME_BASE', 'dark', 'String', 'THEME_BASE is not a stage setting: nothing reads it'],
  ['PORT', '8000', 'String', 'PORT is not a stage setting: the deployment sets it from the stage table'],
  ['ADMIN_TOKEN', 'x', 'String', 'ADMIN_TOKEN is a secret. Store it as a SecureString next to the settings'],
  ['DEFAULT_MODEL_TYPE', 'quick', 'String', 'DEFAULT_MODEL_TYPE=quick is invalid. See docs/configuration.md'],
  [
    'CORS_ORIGINS',
    'x',
    'SecureString',
    '/vision-classifier/prod/settings/CORS_ORIGINS is a SecureString, but settings must be a String. Set it with npm run deploy:set',
  ],
  ['DNS_ZONE', 'example.com', 'String', 'DNS_ZONE is set without DOMAIN. Set DOMAIN, or remove DNS_ZONE'],
])('refuses %s=%s (%s) with one line', (name, value, type, line) => {
  expect(() => stored([name, value, type])).toThrow(new Error(line))
})

test('every option is a secret, a setting, or set by the deployment; no secret is a setting', () => {
  expect([...FIXED_OPTIONS, ...SECRET_OPTIONS].filter((name) => !Object.hasOwn(OPTIONS, name))).toEqual([])
  const secret = Object.keys(OPTIONS).filter((name) => /TOKEN|AUTH|SECRET|PASSWORD|_KEY(?!S$)/.test(name))
  expect(secret.filter((name) => placeOf(name, true) === 'setting')).toEqual([])
  expect(SECRET_OPTIONS.map((name) => placeOf(name, true))).toEqual(SECRET_OPTIONS.map(() => 'secret'))
})

test('the shell selects the image and cannot change the stage', () => {
  const stage = { name: 'prod-eu-west-1', region: 'eu-west-1' }
  const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/vision@sha256:${'a'.repeat(64)}`
  expect(releaseOf(stage, { IMAGE: image, REVISION: 'abc', AWS_REGION: 'eu-west-1' })).toEqual({
    image,
    revision: 'abc',
  })
  expect(releaseOf(stage, { AWS_REGION: '' })).toEqual({ image: null, revision: null })
  expect(() => releaseOf(stage, { AWS_REGION: 'us-west-2' })).toThrow(
    'AWS_REGION=us-west-2 is set in this shell, but prod-eu-west-1 is in eu-west-1. Unset it',
  )
  expect(() => releaseOf(stage, { IMAGE: 'vision:latest' })).toThrow('IMAGE=vision:latest has no digest')
})

test.each([
  ['DOMAIN', 'other.example.com', 'prod has vision.example.com'],
  ['DNS_ZONE', 'other.com', 'prod has none'],
  ['ALARM_EMAIL', 'a@b.example', 'prod has operators@example.com'],
])(
  'refuses a shell with a different %s and says how to store it; accepts the same or an empty value',
  (name, value, has) => {
    const stage = stored(['DOMAIN', 'vision.example.com'], ['ALARM_EMAIL', 'operators@example.com'])
    expect(() => settingsOf({ name: 'prod' }, stage, { [name]: value })).toThrow(
      `${name}=${value} is set in this shell, but ${has}. Unset it, or store it with: npm run deploy:set -- --stage prod ${name}=…`,
    )
    const agreeing = { DOMAIN: 'vision.example.com', ALARM_EMAIL: 'operators@example.com', DNS_ZONE: '' }
    expect(settingsOf({ name: 'prod' }, stage, agreeing).domain).toBe('vision.example.com')
  },
)

test('refuses a shell with another project name', () => {
  expect(() => releaseOf({ name: 'dev', region: 'us-west-2' }, { PROJECT_NAME: 'mine' })).toThrow(
    'PROJECT_NAME=mine is set in this shell, but this repository deploys vision-classifier. Unset it',
  )
})
