import { z } from 'zod'
import { MODEL_TYPES } from '@/lib/shared/contract/contract'
import { FEEDBACK_MODES } from '@/lib/shared/contract/feedback'
import { isPasswordHash } from '../auth/password'
import { parseLocation } from '../storage/location'

/**
 * Every option that the environment may set: what is allowed, its default, what it means and who reads it. docs/configuration.md and
 * .env.example are made from this table by `npm run configuration`.
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

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
  .meta({ allowed: 'letters, digits, points and dashes' })

const modelsPlace = z
  .string()
  .refine((place) => place !== '' && (!place.startsWith('s3:') || parseLocation(place) !== null))
  .meta({ allowed: 'a folder, or a place like s3://bucket/models/' })

const MEGABYTE = 1_000_000

/** Who reads an option: the web server, the batch worker, or both. */
const SERVER = ['server'] as const
const WORKER = ['worker'] as const
const BOTH = ['server', 'worker'] as const

/** @param shown what the table says where the default is not a value */
function option<S extends z.ZodType>(schema: S, used: readonly string[], about: string, shown?: string): S {
  return schema.meta({ used, about, ...(shown === undefined ? {} : { shown }) })
}

export const OPTIONS = {
  HOST: option(text.default('127.0.0.1'), SERVER, 'address to listen on; `0.0.0.0` for all'),
  PORT: option(integer(0, 65_535).default(3000), SERVER, '0 takes a free one'),
  BASE_PATH: option(
    text.optional(),
    SERVER,
    'path that the product is served under, as `/vision`, behind a proxy that takes it away or not. The pages are built for it ([other hosts](other-hosts.md#under-a-path)): a start takes the one that was built',
    'what was built',
  ),
  LOG_LEVEL: option(
    choice(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    BOTH,
    '`fatal` `error` `warn` `info` `debug` `silent`; `info` is a line a request',
    '`info` (`warn` in `npm run demo`)',
  ),
  ENVIRONMENT: option(
    name.optional(),
    BOTH,
    'what this deployment is called: `dev`, `staging`, `prod`; it stands in every line of the log and at the figures of `METRICS=emf`',
  ),
  PROJECT_NAME: option(
    name.default('vision-classifier'),
    BOTH,
    'namespace of those figures in CloudWatch, and the first part of what the deployment names',
  ),
  MODELS_DIR: option(
    modelsPlace.default('models'),
    BOTH,
    "folder with `catalog.json`, from the project's root; or `s3://bucket/prefix`, as `vision models push` fills it",
  ),
  MODELS_REFRESH_SECONDS: option(
    integer(0, 86_400).default(60),
    BOTH,
    'how often a bucket of models is asked for another set, which is then loaded beside the old one; 0 is never',
  ),
  DEFAULT_MODEL_TYPE: option(
    choice(MODEL_TYPES).optional(),
    BOTH,
    '`fast`, `balanced` or `accurate`',
    'what `catalog.json` says',
  ),
  ENGINE_WORKERS: option(
    integer(1, 256).optional(),
    BOTH,
    "worker processes; by default from the cgroup's quota (v2, v1), the ECS task's limit and the machine",
    'one a CPU, as far as the memory goes',
  ),
  WORKER_TIMEOUT_MS: option(
    integer(100, 600_000).default(20_000),
    BOTH,
    'a photo whose decoding or run takes longer costs its worker its life; waiting does not count',
  ),
  WORKER_MAX_BYTES: option(
    integer(MEGABYTE, 1e12).optional(),
    BOTH,
    'a worker that holds more is replaced once it is idle',
    'half of the memory limit over the workers, at least 500 MB; their share where there is less than 900 MB',
  ),
  MAX_IMAGE_BYTES: option(integer(1, 1_000 * MEGABYTE).default(20 * MEGABYTE), BOTH, 'bytes of one photo'),
  MAX_REQUEST_BYTES: option(
    integer(1, 4_000 * MEGABYTE).default(30 * MEGABYTE),
    SERVER,
    'bytes of a form or a JSON body',
  ),
  MAX_PIXELS: option(
    integer(1, 1_000 * MEGABYTE).optional(),
    BOTH,
    'pixels of one photo',
    '`50000000`, less where `MAX_QUEUE_BYTES` holds less',
  ),
  MAX_QUEUE: option(integer(1, 1_000_000).default(256), BOTH, 'photos that may wait'),
  MAX_QUEUE_BYTES: option(
    integer(1, 1e12).optional(),
    BOTH,
    'bytes that waiting and running photos may hold, decoded; uploads that are being read as many again',
    'a quarter of the memory limit; a fifth below 900 MB',
  ),
  MAX_EXPLANATIONS: option(
    integer(0, 10_000).default(4),
    SERVER,
    'explanations that are made at once; the next is refused with `queue_full`. `0` takes them away: `/api/explain` and its place on the page',
  ),
  REQUEST_TIMEOUT_MS: option(
    integer(1, 600_000).default(30_000),
    BOTH,
    'a photo is answered by then, if only with `deadline_exceeded`',
  ),
  URL_INPUT: option(
    choice(['true', 'false']).default('true'),
    BOTH,
    'whether a photo may be named by its address, which this server then fetches',
  ),
  URL_INPUT_ALLOW: option(
    hosts.default([]),
    BOTH,
    'hosts as `host:port`, with commas between them, that are fetched from although they are not public',
  ),
  URL_INPUT_TIMEOUT_MS: option(
    integer(100, 60_000).default(10_000),
    BOTH,
    'how long such a fetch may take, redirects too',
  ),
  ENABLE_BATCH_PROCESSING: option(
    choice(['true', 'false']).default('true'),
    SERVER,
    '`false` takes batches away: `/batch`, its link and `/api/jobs` are not there',
  ),
  DATA_DIR: option(
    text.default('data'),
    SERVER,
    "folder of the batch jobs, from the project's root; of several servers that reach it one has it, the others wait for it",
  ),
  MAX_FILES: option(integer(1, 10_000_000).default(100_000), SERVER, 'photos of a job'),
  MAX_JOB_BYTES: option(
    integer(MEGABYTE, 1e13).default(10_000 * MEGABYTE),
    SERVER,
    'bytes of an upload into a job, and of what an archive unpacks to',
  ),
  JOB_RETENTION_HOURS: option(
    integer(1, 24 * 366).default(72),
    BOTH,
    'after its end a job is deleted with its results; one that was left open, after its last photo',
  ),
  FEEDBACK: option(
    choice(FEEDBACK_MODES).default('off'),
    SERVER,
    '`labels` keeps what visitors say of answers, `photos` the photo too where they agree ([api.md](api.md))',
  ),
  FEEDBACK_RETENTION_DAYS: option(integer(1, 36_600).default(365), SERVER, 'how long that is kept'),
  BASIC_AUTH: option(
    credentials.optional(),
    SERVER,
    'one name and password before pages and API, `name:hash` as `vision hash-password` prints it (scrypt), or with a bcrypt hash as `htpasswd -B` makes it',
  ),
  ADMIN_TOKEN: option(
    text.optional(),
    SERVER,
    '`GET /api/jobs` lists all jobs for `Authorization: Bearer <token>`; without it there is no such list',
  ),
  INSTANCES: option(
    integer(1, 10_000).default(1),
    SERVER,
    'how many web instances there are; with more than one, jobs need `REDIS_URL` and `BUCKET`',
  ),
  REDIS_URL: option(
    redisUrl.optional(),
    BOTH,
    'Redis or Valkey that instances and workers share, `redis://` or `rediss://`, a cluster too; see [scaling](scaling.md)',
  ),
  BUCKET: option(
    bucketName.optional(),
    BOTH,
    'S3 bucket that keeps the photos and results of jobs; with `REDIS_URL`, `dist/worker.js` runs them',
  ),
  AWS_ENDPOINT_URL: option(webAddress.optional(), BOTH, 'an S3-compatible server instead of AWS'),
  AWS_REGION: option(text.optional(), BOTH, 'region of the bucket; else the SDK’s own sources say it'),
  JOBS_S3_PREFIXES: option(
    locations.default([]),
    BOTH,
    'places like `s3://bucket/prefix/`, with commas between them, below which anybody may have jobs read photos',
  ),
  JOBS_S3_MAX_FILES: option(integer(1, 1e9).default(10_000_000), BOTH, 'photos that a job may find there'),
  BATCH_NICE: option(
    integer(0, 19).default(19),
    WORKER,
    'how far a batch worker stands back from other processes of its machine, as in `nice`; 0 where nobody else is on it',
  ),
  RESULT_CACHE_BYTES: option(
    integer(0, 1e12).default(0),
    SERVER,
    'memory for answers that were given before, by photo, model and options; shared in Redis too; 0 keeps none',
  ),
  API_URL: option(
    webAddress.optional(),
    SERVER,
    'an API elsewhere: this server has the pages only and passes what they ask on to it; no model is loaded',
  ),
  PUBLIC_API: option(
    choice(['true', 'false']).default('true'),
    SERVER,
    '`false`: the API answers the pages of this site only, and the operator',
  ),
  CORS_ORIGINS: option(
    origins.default([]),
    SERVER,
    'origins whose pages may call the API, with commas between them; `*` for all',
  ),
  FRAME_ANCESTORS: option(
    origins.default([]),
    SERVER,
    'origins whose pages may show this site in a frame, with commas between them, as `https://huggingface.co`',
  ),
  TRUST_PROXY: option(
    integer(0, 10).default(0),
    SERVER,
    'proxies in front of this server whose `X-Forwarded-For` and `X-Forwarded-Proto` count',
  ),
  RATE_LIMIT: option(
    integer(0, 1e9).default(0),
    SERVER,
    'photos a client may send in a minute, counted over all instances that share a Redis; 0 is no limit',
  ),
  METRICS: option(
    choice(['on', 'off', 'emf']).default('off'),
    BOTH,
    '`on` serves `GET /metrics` for Prometheus on the same port; `emf` writes the figures of each minute into the log, as CloudWatch reads them',
  ),
  METRICS_PORT: option(integer(1, 65_535).optional(), SERVER, 'serves it on a port of its own, on `HOST`'),
  SHUTDOWN_DELAY_MS: option(
    integer(0, 600_000).default(0),
    SERVER,
    'how long to serve on after SIGTERM, unready, while balancers notice',
  ),
  SHUTDOWN_TIMEOUT_MS: option(integer(0, 600_000).default(30_000), BOTH, 'how long to finish what runs; then exit 1'),
} as const

export type OptionName = keyof typeof OPTIONS

/** What options were called in the deployment before this one: a Streamlit page and an API apart. */
export const RENAMED_OPTIONS = {
  API_PORT: 'PORT',
  STREAMLIT_PORT: 'PORT',
} as const satisfies Record<string, OptionName>

/** A line of the table. */
export interface OptionLine {
  name: string
  /** What is allowed. */
  type: string
  /** The default: a value in backticks, or words where it depends. */
  fallback: string
  about: string
  used: readonly string[]
}

/** Who reads an option: `server`, `worker`, or both. */
export function readersOf(name: string): readonly string[] {
  if (!Object.hasOwn(OPTIONS, name)) return []
  return (OPTIONS[name as OptionName].meta() as { used: readonly string[] }).used
}

/** All options for people, in their order. */
export function optionLines(): OptionLine[] {
  return Object.entries(OPTIONS).map(([name, schema]) => {
    const { about, used, shown } = schema.meta() as { about: string; used: readonly string[]; shown?: string }
    return { name, type: allowed(schema), fallback: shown ?? fallbackOf(schema), about, used }
  })
}

/** What an option takes, in words. */
export function allowed(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema
  return String((inner as z.ZodType).meta()?.allowed)
}

function fallbackOf(schema: z.ZodType): string {
  const value = schema.parse(undefined)
  return value === undefined || (Array.isArray(value) && value.length === 0) ? 'none' : `\`${value}\``
}
