import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const alias = { '@': fileURLToPath(new URL('.', import.meta.url)) }

const SERVERS = ['tests/{integration,parity,faults}/**/*.test.ts']

/** Tests that measure time, memory or the whole folder. Nothing else can run beside them. */
const ALONE = [
  'tests/faults/{callbacks,lost-cluster,lost-redis,removing}.test.ts',
  'tests/integration/{event-loop,memory,metrics,monitoring,privacy,raw-requests,wrong-moment}.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['lib/**/*.test.ts', 'components/**/*.test.ts', 'cli/**/*.test.ts', 'tests/*.test.ts'],
          environment: 'node',
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: SERVERS,
          exclude: ALONE,
          environment: 'node',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Each file starts real servers and waits part of the time. Three at once keep two cores no busier.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'timing',
          include: ALONE,
          environment: 'node',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'infra',
          include: ['tests/infra/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'full',
          include: ['tests/full/**/*.test.ts'],
          environment: 'node',
          testTimeout: 1_200_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
