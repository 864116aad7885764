import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { delimiter, join, sep } from 'node:path'
import type { z } from 'zod'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { memoryLimit } from '../observe/resource-limits'
import { planMemory } from './memory-plan'
import { allowed, OPTIONS, type OptionName, RENAMED_OPTIONS } from './options'

/**
 * The only code that reads `process.env`. Every option has one name, one default and one line in
 * docs/configuration.md.
 */

type Options = { [Name in keyof typeof OPTIONS]: z.output<(typeof OPTIONS)[Name]> }

export type Environment = Options & {
  /** Limit of bytes of decoded photos, and separately of uploads, in memory: from `planMemory` unless set. */
  MAX_QUEUE_BYTES: number
  /** Pixel limit of one photo: what fits in that memory, unless set. */
  MAX_PIXELS: number
}

/** Options whose values no message shows. */
const SECRETS: readonly string[] = ['ADMIN_TOKEN', 'API_KEY', 'BASIC_AUTH']

/** An invalid value that prevents the start. The operator sees its one-line message. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/**
 * Validates the environment. Empty values count as unset, because compose files and shells leave them.
 *
 * @throws EnvironmentError that names the variable, its value and the allowed values
 */
export function readEnvironment(
  source: Record<string, string | undefined> = process.env,
  memory: number = memoryLimit(totalmem()),
): Environment {
  const values: Record<string, unknown> = {}
  const current = applyRenames(source)
  for (const [name, schema] of Object.entries(OPTIONS)) {
    const value = current[name] || undefined
    const parsed = schema.safeParse(value)
    if (!parsed.success) {
      const shown = SECRETS.includes(name) ? '…' : JSON.stringify(value)
      throw new EnvironmentError(`${name}=${shown} is invalid; expected: ${allowed(schema)}`)
    }
    values[name] = parsed.data
  }
  const plan = planMemory(memory, values.MAX_QUEUE_BYTES as number | undefined)
  values.MAX_QUEUE_BYTES = plan.queueBytes
  values.MAX_PIXELS ??= plan.pixels
  requireConsistent(values as Environment)
  return values as Environment
}

/** @throws EnvironmentError for options that contradict each other */
function requireConsistent(values: Environment): void {
  if (values.API_URL !== undefined && values.PAGES === 'false')
    throw new EnvironmentError('PAGES="false" contradicts API_URL: a server in front of another one serves only pages')
  if (values.API_URL !== undefined && values.GRPC_PORT !== undefined)
    throw new EnvironmentError('GRPC_PORT contradicts API_URL: a server in front of another one serves only pages')
  if (values.INFERENCE === 'browser' && values.GRPC_PORT !== undefined)
    throw new EnvironmentError('GRPC_PORT contradicts INFERENCE="browser": this server runs no models')
  if ((values.GRPC_TLS_CERT === undefined) !== (values.GRPC_TLS_KEY === undefined))
    throw new EnvironmentError('GRPC_TLS_CERT and GRPC_TLS_KEY belong together; set both, or none')
  if (values.API_URL !== undefined && values.API_KEYS !== 'off')
    throw new EnvironmentError(`API_KEYS="${values.API_KEYS}" contradicts API_URL: the server there checks the keys`)
  if (values.API_KEY !== undefined && values.API_URL === undefined)
    throw new EnvironmentError('API_KEY has no effect without API_URL, the API that it is a key of')
}

/** @throws EnvironmentError if a server starts with another base path than it was built with */
export function requireBuiltPath({ BASE_PATH: configured }: Pick<Environment, 'BASE_PATH'>): void {
  if (configured === undefined || configured === BASE_PATH) return
  const built = BASE_PATH === '' ? 'without BASE_PATH' : `with BASE_PATH=${BASE_PATH}`
  throw new EnvironmentError(
    `BASE_PATH=${JSON.stringify(configured)}, but this server was built ${built}; rebuild it with BASE_PATH=${configured} npm run build, or docker build --build-arg BASE_PATH=${configured}`,
  )
}

/** The old option names that are set, with their new names. */
export function renamedOptions(
  source: Record<string, string | undefined> = process.env,
): { name: string; now: OptionName }[] {
  return Object.entries(RENAMED_OPTIONS).flatMap(([name, now]) => (source[name] ? [{ name, now }] : []))
}

/**
 * Moves values from old names to new ones. A value under the new name wins.
 *
 * @throws EnvironmentError if two old names of one option differ
 */
function applyRenames(source: Record<string, string | undefined>): Record<string, string | undefined> {
  const renamed: Record<string, string> = {}
  for (const { name, now } of renamedOptions(source)) {
    const value = source[name] ?? ''
    if (!source[now] && (renamed[now] ?? value) !== value) {
      throw new EnvironmentError(
        `${name}=${JSON.stringify(value)} contradicts ${now}=${renamed[now]} from another old name; set only ${now}`,
      )
    }
    renamed[now] = value
  }
  const own = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  return { ...renamed, ...own }
}

/** URL of the ECS task metadata, in an ECS task. */
export function ecsMetadataUri(): string | undefined {
  return process.env.ECS_CONTAINER_METADATA_URI_V4
}

/** URL of the ECS agent, in an ECS task. */
export function ecsAgentUri(): string | undefined {
  return process.env.ECS_AGENT_URI
}

/** CPU cores that the operating system lets this process use. */
export function cores(): number {
  return availableParallelism()
}

/** The environment of a child process: this one's, plus `extra`. */
export function childEnvironment(
  extra: Record<string, string>,
  defaults: Record<string, string> = {},
): NodeJS.ProcessEnv {
  return { ...defaults, ...process.env, ...extra }
}

/**
 * How the user called the `vision` command, for hints: with npx, by name if it is on the PATH, or by file.
 *
 * @param file that Node was started with
 */
export function calledAs(file: string): string {
  if (process.env.npm_command === 'exec') return `npx ${isInstalledHere(file) ? 'vision' : 'vision-object-classifier'}`
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, 'vision'))) ? 'vision' : `node ${file}`
}

/** Whether `npx vision` finds this program from here; elsewhere that name belongs to another package of npm's registry. */
function isInstalledHere(file: string): boolean {
  return !file.split(sep).includes('node_modules') || existsSync(join('node_modules', '.bin', 'vision'))
}

/** Whether BASIC_AUTH is set, for code that runs before the environment is validated. */
export function wantsSignIn(): boolean {
  return Boolean(process.env.BASIC_AUTH)
}

/** Origins that may embed the pages in a frame, for code without an Environment. Validated at startup. */
export function frameAncestors(): readonly string[] {
  return OPTIONS.FRAME_ANCESTORS.parse(process.env.FRAME_ANCESTORS || undefined)
}

/** Whether visitors may have their own browser classify photos. */
export function devicesMayClassify(): boolean {
  return OPTIONS.INFERENCE.parse(process.env.INFERENCE || undefined) !== 'server'
}

/** Whether this is `npm run dev`, where code changes while the server runs. */
export function isDevelopment(): boolean {
  return process.env.NODE_ENV === 'development'
}

/**
 * Makes libraries, before they are imported, load their production build and send no telemetry or notices about future
 * versions.
 */
export function declareProduction(): void {
  const variables = process.env as Record<string, string>
  variables.NODE_ENV ??= 'production'
  variables.NEXT_TELEMETRY_DISABLED ??= '1'
  quietAwsSdk()
}

/** The Node version that a later AWS SDK release will need doesn't concern users of the version locked here. */
export function quietAwsSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
}

/** How the `vision` command reaches buckets: like the server. */
export function bucketEnvironment(): { endpoint: string | undefined; region: string | undefined } {
  return { endpoint: process.env.AWS_ENDPOINT_URL || undefined, region: process.env.AWS_REGION || undefined }
}

/** The API key with which the `vision` command uses a running server. It isn't an option: process lists show those. */
export function commandApiKey(): string | undefined {
  return process.env.VISION_API_KEY || undefined
}

/** Where models are pulled from, and the token: `HF_ENDPOINT` and `HF_TOKEN`, as in Hugging Face's own tools. */
export function hubEnvironment(): { url: string; token: string | undefined } {
  const url = process.env.HF_ENDPOINT || 'https://huggingface.co'
  return { url: url.replace(/\/+$/, ''), token: process.env.HF_TOKEN || undefined }
}
