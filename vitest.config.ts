import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const alias = { '@': fileURLToPath(new URL('.', import.meta.url)) }

const CORES = availableParallelism()

const SERVERS = ['tests/{integration,parity,faults}/**/*.test.ts']

/** Files with tests, steps or sizes that only `npm run test:full` has; see tests/support/full.ts. */
const FULL_TOO = [
  'tests/faults/{all-or-nothing,damaged,machines,store}.test.ts',
  'tests/integration/{buckets,classify-command,compressed,distributed,encoded-uploads,explain,export,grpc,heic}.test.ts',
  'tests/integration/{jobs-restarts,keys,keys-machines,lifecycle,memory,odd-files,openapi,options,raw-requests,reload,slow-models}.test.ts',
]

/** Files of `npm test -- extended`: they repeat for another client, format, command, or deployment what others show. */
const EXTENDED = [
  'tests/integration/{add-models,buckets,compressed,deploy,dialects,ecs,encoded-uploads,export}.test.ts',
  'tests/integration/{front,grpc,gradio}.test.ts',
  'tests/integration/{heic,keys-machines,models-bucket,monitoring,python-client,request-code,rolling}.test.ts',
  'tests/integration/{sign-in,slow-models,space,typescript-client}.test.ts',
  'tests/integration/{check,custom-models,embed,models,zero-shot}-command.test.ts',
  'tests/integration/{custom-models-everywhere,custom-models-kinds,multi-label-training}.test.ts',
  'tests/integration/{train-from-feedback,training-quota}.test.ts',
  'tests/parity/{exported,heic}.test.ts',
]

/** Files with tests that only the extended tests have; see tests/support/full.ts. */
const EXTENDED_TOO = [
  'tests/faults/machines.test.ts',
  'tests/integration/{checks,classify-command,custom-models,distributed,embed-api,feedback,keys}.test.ts',
  'tests/integration/{openapi,pages-of-results,raw-requests}.test.ts',
]

const SETUP = 'tests/support/setup.ts'

/** Tests that measure memory or the whole folder, or time. Nothing else can run beside them. */
const ALONE = ['tests/integration/privacy.test.ts']
const ALONE_EXTENDED = ['tests/integration/event-loop.test.ts']
const BY_ITSELF = {
  globalSetup: SETUP,
  environment: 'node',
  isolate: false,
  testTimeout: 60_000,
  hookTimeout: 60_000,
  fileParallelism: false,
  sequence: { groupOrder: 2 },
} as const

/** Each file starts real servers and waits part of the time. */
const BESIDE_EACH_OTHER = {
  environment: 'node',
  isolate: false,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  maxWorkers: 3,
} as const

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          testTimeout: 20_000,
          include: ['lib/**/*.test.ts', 'components/**/*.test.ts', '{cli,clients}/**/*.test.ts', 'tests/*.test.ts'],
          environment: 'node',
          isolate: false,
          // Vitest leaves one core for itself.
          maxWorkers: CORES,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          globalSetup: SETUP,
          include: SERVERS,
          exclude: [...ALONE, ...ALONE_EXTENDED, ...EXTENDED],
          ...BESIDE_EACH_OTHER,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'extended',
          globalSetup: SETUP,
          include: [...EXTENDED, ...EXTENDED_TOO],
          env: { TEST_EXTENDED: '1' },
          ...BESIDE_EACH_OTHER,
        },
      },
      {
        resolve: { alias },
        test: { name: 'alone', include: ALONE, ...BY_ITSELF },
      },
      {
        resolve: { alias },
        test: { name: 'alone-extended', include: ALONE_EXTENDED, ...BY_ITSELF },
      },
      {
        resolve: { alias },
        test: {
          name: 'infra',
          testTimeout: 60_000,
          hookTimeout: 120_000,
          include: ['tests/infra/**/*.test.ts'],
          environment: 'node',
          isolate: false,
          maxWorkers: CORES,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'full',
          globalSetup: SETUP,
          include: ['tests/full/**/*.test.ts', ...FULL_TOO],
          env: { TEST_FULL: '1' },
          environment: 'node',
          isolate: false,
          testTimeout: 1_200_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
