import { availableParallelism, totalmem } from 'node:os'
import { z } from 'zod'
import { MODEL_TYPES } from '@/lib/shared/contract'
import { FEEDBACK_MODES } from '@/lib/shared/feedback'
import { isPasswordHash } from './auth/password'
import { memoryLimit } from './observe/limits'
import { parseLocation } from './storage/location'

/**
 * The only reader of `process.env`. Every option has one name, one default and one line in docs/configuration.md.
 */

const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .meta({ allowed: `a whole number from ${min} to ${max}` })

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values).meta({ allowed: values.join(', ') })

const text = z.string().min(1).meta({ allowed: 'any text' })

/** `https://a.example, https://b.example` or `*`. */
const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .pipe(z.array(z.string().regex(/^(\*|https?:\/\/[^/\s]+)$/)))
  .meta({ allowed: 'origins like https://a.example, with commas between them, or *' })

/** `photos.internal:8080, 10.0.0.5:80`. */
const hosts = z
  .string()
  .transform((list) => list.split(',').map((host) => host.trim()))
  .pipe(z.array(z.string().regex(/^[^\s:/]+:\d{1,5}$/)))
  .meta({ allowed: 'hosts as host:port, with commas between them' })

const redisUrl = z
  .string()
  .regex(/^rediss?:\/\/\S+$/)
  .meta({ allowed: 'an address like redis://host:6379 or rediss://:password@host:6379' })

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
  .meta({ allowed: 'the name of a bucket' })

const webAddress = z
  .string()
  .regex(/^https?:\/\/\S+$/)
  .meta({ allowed: 'an address like http://localhost:9000' })

const credentials = z
  .string()
  .refine((text) => /^[^:\s]+:/.test(text) && isPasswordHash(text.slice(text.indexOf(':') + 1)))
  .meta({ allowed: 'a name and the hash of a password, name:hash, as `vision hash-password` makes it' })

const locations = z
  .string()
  .transform((list) => list.split(',').map((each) => parseLocation(each.trim())))
  .pipe(z.array(z.object({ bucket: z.string(), prefix: z.string() })))
  .meta({ allowed: 'places like s3://bucket/prefix/, with commas between them' })

const MEGABYTE = 1_000_000
/** What no camera of today exceeds by much. */
const MOST_PIXELS = 50 * MEGABYTE
/** Decoded pixels are held as RGBA at most. */
const BYTES_A_PIXEL = 4

const OPTIONS = {
  HOST: text.default('127.0.0.1'),
  PORT: integer(0, 65_535).default(3000),
  LOG_LEVEL: choice(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
  MODELS_DIR: text.default('models'),
  DEFAULT_MODEL_TYPE: choice(MODEL_TYPES).optional(),
  ENGINE_WORKERS: integer(1, 256).optional(),
  WORKER_TIMEOUT_MS: integer(100, 600_000).default(20_000),
  WORKER_MAX_BYTES: integer(MEGABYTE, 1e12).optional(),
  MAX_IMAGE_BYTES: integer(1, 1_000 * MEGABYTE).default(20 * MEGABYTE),
  MAX_REQUEST_BYTES: integer(1, 4_000 * MEGABYTE).default(30 * MEGABYTE),
  MAX_PIXELS: integer(1, 1_000 * MEGABYTE).optional(),
  MAX_QUEUE: integer(1, 1_000_000).default(256),
  MAX_QUEUE_BYTES: integer(1, 1e12).optional(),
  MAX_EXPLANATIONS: integer(0, 10_000).default(4),
  REQUEST_TIMEOUT_MS: integer(1, 600_000).default(30_000),
  URL_INPUT: choice(['true', 'false']).default('true'),
  URL_INPUT_ALLOW: hosts.default([]),
  URL_INPUT_TIMEOUT_MS: integer(100, 60_000).default(10_000),
  ENABLE_BATCH_PROCESSING: choice(['true', 'false']).default('true'),
  DATA_DIR: text.default('data'),
  MAX_FILES: integer(1, 10_000_000).default(100_000),
  MAX_JOB_BYTES: integer(MEGABYTE, 1e13).default(10_000 * MEGABYTE),
  JOB_RETENTION_HOURS: integer(1, 24 * 366).default(72),
  FEEDBACK: choice(FEEDBACK_MODES).default('off'),
  FEEDBACK_RETENTION_DAYS: integer(1, 36_600).default(365),
  BASIC_AUTH: credentials.optional(),
  ADMIN_TOKEN: text.optional(),
  INSTANCES: integer(1, 10_000).default(1),
  REDIS_URL: redisUrl.optional(),
  BUCKET: bucketName.optional(),
  AWS_ENDPOINT_URL: webAddress.optional(),
  AWS_REGION: text.optional(),
  JOBS_S3_PREFIXES: locations.default([]),
  JOBS_S3_MAX_FILES: integer(1, 1e9).default(10_000_000),
  BATCH_NICE: integer(0, 19).default(19),
  RESULT_CACHE_BYTES: integer(0, 1e12).default(0),
  CORS_ORIGINS: origins.default([]),
  TRUST_PROXY: integer(0, 10).default(0),
  RATE_LIMIT: integer(0, 1e9).default(0),
  METRICS: choice(['on', 'off']).default('off'),
  METRICS_PORT: integer(1, 65_535).optional(),
  SHUTDOWN_DELAY_MS: integer(0, 600_000).default(0),
  SHUTDOWN_TIMEOUT_MS: integer(0, 600_000).default(30_000),
} as const

type Options = { [Name in keyof typeof OPTIONS]: z.output<(typeof OPTIONS)[Name]> }

export type Environment = Options & {
  /** Bytes that photos may hold at once, decoded, and uploads again: a quarter of the memory, unless set. */
  MAX_QUEUE_BYTES: number
  /** At most what one decoded photo may hold of that, unless set. */
  MAX_PIXELS: number
}

/** A value that stops the start. Its message is the one line that the operator reads. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/**
 * Validates the environment once. An empty value counts as absent, as compose files and shells leave them.
 *
 * @throws EnvironmentError naming the variable, its value and what is allowed
 */
export function readEnvironment(
  source: Record<string, string | undefined> = process.env,
  memory: number = memoryLimit(totalmem()),
): Environment {
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(OPTIONS)) {
    const value = source[name] === '' ? undefined : source[name]
    const parsed = schema.safeParse(value)
    if (!parsed.success) {
      throw new EnvironmentError(`${name}=${JSON.stringify(value)} is not allowed; allowed: ${allowed(schema)}`)
    }
    values[name] = parsed.data
  }
  values.MAX_QUEUE_BYTES ??= Math.round(memory / 4)
  values.MAX_PIXELS ??= Math.min(MOST_PIXELS, Math.floor((values.MAX_QUEUE_BYTES as number) / BYTES_A_PIXEL))
  return values as Environment
}

function allowed(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema
  return String((inner as z.ZodType).meta()?.allowed)
}

/** Where ECS answers for the task's own limits, where this is an ECS task. */
export function ecsMetadataUri(): string | undefined {
  return process.env.ECS_CONTAINER_METADATA_URI_V4
}

/** Cores that the operating system would let this process use at once. */
export function cores(): number {
  return availableParallelism()
}

/** What a child process inherits, with `extra` on top. */
export function childEnvironment(extra: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...extra }
}

/** Whether BASIC_AUTH is set, for code that runs before the environment is read. */
export function wantsSignIn(): boolean {
  return Boolean(process.env.BASIC_AUTH)
}

/** Whether this is `npm run dev`, where code changes under a running server. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === 'development'
}

/** Says to libraries, before they are imported, which build of theirs to load, to send no telemetry, and to say nothing of future versions. */
export function declareProduction(): void {
  const variables = process.env as Record<string, string>
  variables.NODE_ENV ??= 'production'
  variables.NEXT_TELEMETRY_DISABLED ??= '1'
  quietAwsSdk()
}

/** Which Node a later release of the AWS SDK will need is no news for whoever runs the one that is locked here. */
export function quietAwsSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
}

/** How the `vision` command reaches buckets: as the server does. */
export function bucketEnvironment(): { endpoint: string | undefined; region: string | undefined } {
  return { endpoint: process.env.AWS_ENDPOINT_URL || undefined, region: process.env.AWS_REGION || undefined }
}

/** Where models are pulled from, and with whose rights: `HF_ENDPOINT` and `HF_TOKEN`, as Hugging Face's own tools have them. */
export function hubEnvironment(): { url: string; token: string | undefined } {
  const url = process.env.HF_ENDPOINT || 'https://huggingface.co'
  return { url: url.replace(/\/+$/, ''), token: process.env.HF_TOKEN || undefined }
}
