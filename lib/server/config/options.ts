import * as z from 'zod'
import { MODEL_TYPES } from '@/lib/shared/contract/contract'
import { TRAINING_MODES } from '@/lib/shared/contract/custom-models'
import { FEEDBACK_MODES } from '@/lib/shared/contract/feedback'
import { API_KEY_MODES } from '@/lib/shared/contract/keys'
import { DIALECTS } from '@/lib/shared/dialects/dialects'
import { isPasswordHash } from '../auth/password'
import { PROVIDERS } from '../engine/provider'
import { parseToken } from '../keys/token'
import { parseLocation } from '../storage/location'

/**
 * Every option that can be set in the environment: allowed values, default, meaning and the processes that read it.
 * `npm run configuration` generates docs/configuration.md and .env.example from this table.
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

/** A key of `vision keys create`. */
const apiKey = z
  .string()
  .refine((key) => parseToken(key) !== null)
  .meta({ allowed: 'a key from `vision keys create`, vk_…' })

/** `https://a.example, https://b.example` or `*`. */
const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .pipe(z.array(z.string().regex(/^(\*|https?:\/\/[^/\s]+)$/)))
  .meta({ allowed: 'origins like https://a.example, separated by commas, or *' })

/** `photos.internal:8080, 10.0.0.5:80`. */
const hosts = z
  .string()
  .transform((list) => list.split(',').map((host) => host.trim()))
  .pipe(z.array(z.string().regex(/^[^\s:/]+:\d{1,5}$/)))
  .meta({ allowed: 'hosts like host:port, separated by commas' })

const redisUrl = z
  .string()
  .regex(/^rediss?:\/\/\S+$/)
  .meta({ allowed: 'a URL like redis://host:6379 or rediss://:password@host:6379' })

const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
  .meta({ allowed: 'a bucket name' })

const webAddress = z
  .string()
  .regex(/^https?:\/\/\S+$/)
  .meta({ allowed: 'a URL like http://localhost:9000' })

const credentials = z
  .string()
  .refine((text) => /^[^:\s]+:/.test(text) && isPasswordHash(text.slice(text.indexOf(':') + 1)))
  .meta({ allowed: 'a name and a password hash, name:hash, from `vision hash-password`' })

const locations = z
  .string()
  .transform((list) => list.split(',').map((each) => parseLocation(each.trim())))
  .pipe(z.array(z.object({ bucket: z.string(), prefix: z.string() })))
  .meta({ allowed: 'locations like s3://bucket/prefix/, separated by commas' })

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
  .meta({ allowed: 'letters, digits, dots, underscores and hyphens' })

const dialectNames = z
  .string()
  .transform((list) => list.split(',').map((each) => each.trim()))
  .transform((names) => (names.join() === 'all' ? [...DIALECTS] : names.join() === 'none' ? [] : names))
  .pipe(z.array(z.enum(DIALECTS)))
  .meta({ allowed: `all, none, or some of ${DIALECTS.join(', ')}, separated by commas` })

const modelsPlace = z
  .string()
  .refine((place) => place !== '' && (!place.startsWith('s3:') || parseLocation(place) !== null))
  .meta({ allowed: 'a folder, or a location like s3://bucket/models/' })

const MEGABYTE = 1_000_000

/** The processes that read an option: the web server, the batch worker, or both. */
const SERVER = ['server'] as const
const WORKER = ['worker'] as const
const BOTH = ['server', 'worker'] as const

/** @param shown description of the default where it is not a fixed value */
function option<S extends z.ZodType>(schema: S, used: readonly string[], about: string, shown?: string): S {
  return schema.meta({ used, about, ...(shown === undefined ? {} : { shown }) })
}

export const OPTIONS = {
  HOST: option(text.default('127.0.0.1'), SERVER, 'Address to listen on. Use `0.0.0.0` for all interfaces'),
  PORT: option(integer(0, 65_535).default(3000), SERVER, 'Port to listen on. `0` picks a free port'),
  BASE_PATH: option(
    text.optional(),
    SERVER,
    'Path that the app is served under, such as `/vision`, whether the proxy strips it or not. It is set at build time, and a server refuses to start with a different value. See [other hosts](other-hosts.md#under-a-path)',
    'the value at build time',
  ),
  PAGES: option(
    choice(['true', 'false']).default('true'),
    SERVER,
    '`false` serves only the API. The server then starts faster and needs less memory',
  ),
  LOG_LEVEL: option(
    choice(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    BOTH,
    'Minimum level of log lines. `info` logs one line per request',
    '`info` (`warn` in `npm run demo`)',
  ),
  ENVIRONMENT: option(
    name.optional(),
    BOTH,
    'Name of this deployment, such as `dev`, `staging` or `prod`. Included in every log line and in the metrics of `METRICS=emf`',
  ),
  PROJECT_NAME: option(
    name.default('vision-classifier'),
    BOTH,
    'Namespace of the `METRICS=emf` metrics in CloudWatch, and prefix of resource names in a deployment',
  ),
  MODELS_DIR: option(
    modelsPlace.default('models'),
    BOTH,
    'Folder with `catalog.json`, relative to the project root, or `s3://bucket/prefix` filled by `vision models push`',
  ),
  MODELS_REFRESH_SECONDS: option(
    integer(0, 86_400).default(60),
    BOTH,
    'Interval in seconds for checking a models bucket for a new set, which replaces the old one once it is loaded. `0` never checks',
  ),
  DEFAULT_MODEL_TYPE: option(
    choice(MODEL_TYPES).optional(),
    BOTH,
    'Model type for requests that do not specify one',
    'the default in `catalog.json`',
  ),
  ENGINE_WORKERS: option(
    integer(1, 256).optional(),
    BOTH,
    'Number of worker processes. The default considers the cgroup quota (v2, v1), the ECS task limit and the machine',
    'one per CPU, as far as the memory allows',
  ),
  ENGINE_PROVIDER: option(
    choice(PROVIDERS).default('cpu'),
    BOTH,
    'What ONNX Runtime runs models on. A model that another one can’t load, run, or pass its tests on runs on the CPU. See docs/performance.md',
  ),
  WORKER_TIMEOUT_MS: option(
    integer(100, 600_000).default(20_000),
    BOTH,
    'Time limit for decoding or running a photo, in milliseconds. A worker that exceeds it is killed and replaced. Waiting does not count',
  ),
  WORKER_MAX_BYTES: option(
    integer(MEGABYTE, 1e12).optional(),
    BOTH,
    'Memory limit of a worker in bytes. A worker that uses more is replaced when idle',
    'half of the memory limit divided by the number of workers, at least 500 MB; less below 900 MB',
  ),
  MAX_IMAGE_BYTES: option(
    integer(1, 1_000 * MEGABYTE).default(20 * MEGABYTE),
    BOTH,
    'Maximum size of a photo in bytes',
  ),
  MAX_REQUEST_BYTES: option(
    integer(1, 4_000 * MEGABYTE).default(30 * MEGABYTE),
    SERVER,
    'Maximum size of a form or a JSON body in bytes',
  ),
  MAX_PIXELS: option(
    integer(1, 1_000 * MEGABYTE).optional(),
    BOTH,
    'Maximum number of pixels in a photo',
    '`50000000`, or fewer if `MAX_QUEUE_BYTES` is too small for them',
  ),
  MAX_QUEUE: option(integer(1, 1_000_000).default(256), BOTH, 'Maximum number of waiting photos'),
  MAX_QUEUE_BYTES: option(
    integer(1, 1e12).optional(),
    BOTH,
    'Maximum decoded size of all waiting and running photos in bytes. Uploads in progress can use the same amount again',
    'a quarter of the memory limit, or a fifth below 900 MB',
  ),
  MAX_EXPLANATIONS: option(
    integer(0, 10_000).default(4),
    SERVER,
    'Maximum number of explanations computed at once. Further ones are refused with `queue_full`. `0` disables `/api/explain` and hides explanations in the interface',
  ),
  REQUEST_TIMEOUT_MS: option(
    integer(1, 600_000).default(30_000),
    BOTH,
    'Time limit for classifying a photo in milliseconds. After it, the request is refused with `deadline_exceeded`',
  ),
  URL_INPUT: option(
    choice(['true', 'false']).default('true'),
    BOTH,
    'Whether clients can submit image URLs, which this server fetches',
  ),
  URL_INPUT_ALLOW: option(
    hosts.default([]),
    BOTH,
    'Hosts (`host:port`, separated by commas) that image URLs can use although they are not public',
  ),
  URL_INPUT_TIMEOUT_MS: option(
    integer(100, 60_000).default(10_000),
    BOTH,
    'Time limit for fetching an image URL, including redirects, in milliseconds',
  ),
  INFERENCE: option(
    choice(['server', 'both', 'browser']).default('both'),
    SERVER,
    'Where photos of the page are classified: `server`; `both`: visitors may choose their own device, to which the page then loads the model’s file; or `browser`: always there, and this server runs no models. Batches and training then run in browsers as well. There is no feedback, and no API but for the models',
  ),
  ENABLE_BATCH_PROCESSING: option(
    choice(['true', 'false']).default('true'),
    SERVER,
    '`false` disables batches and removes `/batch`, links to it and `/api/jobs`',
  ),
  DATA_DIR: option(
    text.default('data'),
    SERVER,
    'Folder for batch jobs, relative to the project root. If several servers share it, one uses it and the others wait',
  ),
  MAX_FILES: option(integer(1, 10_000_000).default(100_000), SERVER, 'Maximum number of photos in a job'),
  MAX_JOB_BYTES: option(
    integer(MEGABYTE, 1e13).default(10_000 * MEGABYTE),
    SERVER,
    'Maximum size of an upload to a job, and of the content of an archive, in bytes',
  ),
  JOB_RETENTION_HOURS: option(
    integer(1, 24 * 366).default(72),
    BOTH,
    'Hours until a job and its results are deleted, counted from its end, or from its last photo if it was left open',
  ),
  FEEDBACK: option(
    choice(FEEDBACK_MODES).default('off'),
    SERVER,
    '`labels` stores feedback from visitors. `photos` also stores the photo if they agree ([api.md](api.md))',
  ),
  FEEDBACK_RETENTION_DAYS: option(integer(1, 36_600).default(365), SERVER, 'Number of days that feedback is stored'),
  TRAINING: option(
    choice(TRAINING_MODES).default('on'),
    SERVER,
    'Who can train custom models: with `on`, the operator (`ADMIN_TOKEN`; on the same machine nobody needs a token if none is set); with `visitors`, everyone, and each model can only be used by people who know its ID ([train.md](train.md))',
  ),
  TRAINING_RETENTION_HOURS: option(
    integer(1, 87_600).default(72),
    SERVER,
    'Number of hours that custom models of visitors are kept (`TRAINING=visitors`)',
  ),
  TRAINING_VISITOR_MODELS: option(
    integer(1, 1e6).default(10),
    SERVER,
    'Maximum number of models that a visitor can train per day (`TRAINING=visitors`). A visitor is an IP address or, with IPv6, a /64 network',
  ),
  TRAINING_VISITOR_LABELS: option(
    integer(2, 1000).default(50),
    SERVER,
    'Maximum number of labels in a visitor’s model',
  ),
  TRAINING_VISITOR_PHOTOS: option(
    integer(2, 50_000).default(500),
    SERVER,
    'Maximum number of photos that a visitor’s model learns from',
  ),
  TRAINING_VISITOR_BYTES: option(
    integer(MEGABYTE, 1e12).default(500 * MEGABYTE),
    SERVER,
    'Maximum size of the photos that a visitor can train on per day, in bytes',
  ),
  BASIC_AUTH: option(
    credentials.optional(),
    SERVER,
    'Name and password required for pages and API, as `name:hash` from `vision hash-password` (scrypt) or with a bcrypt hash from `htpasswd -B`',
  ),
  ADMIN_TOKEN: option(
    text.optional(),
    SERVER,
    'Token that allows the operator to list all jobs: `GET /api/jobs` with `Authorization: Bearer <token>`. Without a token the list is disabled',
  ),
  API_KEYS: option(
    choice(API_KEY_MODES).default('off'),
    SERVER,
    '`required` refuses API requests without a key from `vision keys create`; the pages need none. With `optional`, a key only adds its own rights and limits. See [keys](keys.md)',
  ),
  INSTANCES: option(
    integer(1, 10_000).default(1),
    SERVER,
    'Number of web instances. With more than one, jobs and `API_KEYS` require `REDIS_URL` and `BUCKET`',
  ),
  REDIS_URL: option(
    redisUrl.optional(),
    BOTH,
    'Redis or Valkey server or cluster shared by instances and workers, `redis://` or `rediss://`. See [scaling](scaling.md)',
  ),
  BUCKET: option(
    bucketName.optional(),
    BOTH,
    'S3 bucket for photos and results of jobs. Together with `REDIS_URL`, `dist/worker.js` runs the jobs',
  ),
  AWS_ENDPOINT_URL: option(webAddress.optional(), BOTH, 'S3-compatible server to use instead of AWS'),
  AWS_REGION: option(text.optional(), BOTH, 'Region of the bucket. If unset, the AWS SDK uses its own sources'),
  JOBS_S3_PREFIXES: option(
    locations.default([]),
    BOTH,
    'Locations (`s3://bucket/prefix/`, separated by commas) that jobs of any client can read photos from',
  ),
  JOBS_S3_MAX_FILES: option(
    integer(1, 1e9).default(10_000_000),
    BOTH,
    'Maximum number of photos in a job that reads from a bucket',
  ),
  BATCH_NICE: option(
    integer(0, 19).default(19),
    WORKER,
    'Niceness of a batch worker: a higher value yields more CPU to other processes. Use `0` on a dedicated machine',
  ),
  RESULT_CACHE_BYTES: option(
    integer(0, 1e12).default(0),
    SERVER,
    'Memory in bytes for cached results by photo, model and options. Also shared through Redis. `0` disables the cache',
  ),
  API_URL: option(
    webAddress.optional(),
    SERVER,
    'URL of an API elsewhere. This server then serves only the pages, forwards their requests and loads no model',
  ),
  API_KEY: option(
    apiKey.optional(),
    SERVER,
    'Key for the API at `API_URL`. Requests of these pages are sent on with it, so visitors can do what it allows. See [keys](keys.md#pages-in-front-of-an-api)',
  ),
  PUBLIC_API: option(
    choice(['true', 'false']).default('true'),
    SERVER,
    '`false` restricts the API to the pages of this site and to the operator',
  ),
  DIALECTS: option(
    dialectNames.optional(),
    SERVER,
    'APIs of other servers that this one answers as well, separated by commas; `all`, or `none`. See [clients](clients.md)',
    'all but `mcp`, and that too if `HOST` is a loopback address',
  ),
  GRPC_PORT: option(
    integer(1, 65_535).optional(),
    SERVER,
    'Port on `HOST` for the Open Inference Protocol over gRPC. Off by default. Needs `oip` in `DIALECTS`. See [clients](clients.md#kserve-and-triton)',
  ),
  GRPC_TLS_CERT: option(
    text.optional(),
    SERVER,
    'PEM file with the certificate of the gRPC port, followed by those of its issuers. With `GRPC_TLS_KEY`, the port uses TLS. Read at the start',
  ),
  GRPC_TLS_KEY: option(text.optional(), SERVER, 'PEM file with the private key of that certificate'),
  CORS_ORIGINS: option(
    origins.default([]),
    SERVER,
    'Origins whose pages can call the API, separated by commas. `*` allows all',
  ),
  SOURCE_URL: option(
    webAddress.optional(),
    SERVER,
    'URL of the source code that this server runs; every page links there',
    'the repository in `package.json`, if it names one',
  ),
  FRAME_ANCESTORS: option(
    origins.default([]),
    SERVER,
    'Origins whose pages can embed this site in a frame, separated by commas, such as `https://huggingface.co`',
  ),
  TRUST_PROXY: option(
    integer(0, 10).default(0),
    SERVER,
    'Number of proxies in front of this server whose `X-Forwarded-For` and `X-Forwarded-Proto` headers are trusted',
  ),
  RATE_LIMIT: option(
    integer(0, 1e9).default(0),
    SERVER,
    'Maximum number of photos per client per minute, counted across all instances that share Redis. `0` is unlimited',
  ),
  METRICS: option(
    choice(['on', 'off', 'emf']).default('off'),
    BOTH,
    '`on` serves `GET /metrics` for Prometheus on the same port. `emf` logs metrics every minute in the CloudWatch embedded metric format',
  ),
  METRICS_PORT: option(integer(1, 65_535).optional(), SERVER, 'Separate port on `HOST` for `GET /metrics`'),
  SHUTDOWN_DELAY_MS: option(
    integer(0, 600_000).default(0),
    SERVER,
    'How long to keep serving after SIGTERM while reporting unready, so that load balancers notice, in milliseconds',
  ),
  SHUTDOWN_TIMEOUT_MS: option(
    integer(0, 600_000).default(30_000),
    BOTH,
    'How long running work can take to finish after SIGTERM before the process exits with 1, in milliseconds',
  ),
} as const

export type OptionName = keyof typeof OPTIONS

/** Option names of the previous deployment, which had a separate Streamlit page and API. */
export const RENAMED_OPTIONS = {
  API_PORT: 'PORT',
  STREAMLIT_PORT: 'PORT',
} as const satisfies Record<string, OptionName>

/** An option as the documentation shows it. */
export interface OptionLine {
  name: string
  /** The allowed values, in words. */
  type: string
  /** The default: a value in backticks, or a description if it depends on something. */
  fallback: string
  about: string
  used: readonly string[]
}

/** The processes that read an option: `server`, `worker`, or both. */
export function readersOf(name: string): readonly string[] {
  if (!Object.hasOwn(OPTIONS, name)) return []
  return (OPTIONS[name as OptionName].meta() as { used: readonly string[] }).used
}

/** All options for the documentation, in their order. */
export function optionLines(): OptionLine[] {
  return Object.entries(OPTIONS).map(([name, schema]) => {
    const { about, used, shown } = schema.meta() as { about: string; used: readonly string[]; shown?: string }
    return { name, type: allowed(schema), fallback: shown ?? fallbackOf(schema), about, used }
  })
}

/** The allowed values of an option, in words. */
export function allowed(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : schema
  return String((inner as z.ZodType).meta()?.allowed)
}

function fallbackOf(schema: z.ZodType): string {
  const value = schema.parse(undefined)
  return value === undefined || (Array.isArray(value) && value.length === 0) ? 'none' : `\`${value}\``
}
