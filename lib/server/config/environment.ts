import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { delimiter, join, sep } from 'node:path'
import type { z } from 'zod'
import { BASE_PATH } from '@/lib/shared/web/base-path'
import { memoryLimit } from '../observe/limits'
import { planMemory } from './memory-plan'
import { allowed, OLD_NAMES, OPTIONS, type OptionName } from './options'

/**
 * The only reader of `process.env`. Every option has one name, one default and one line in docs/configuration.md.
 */

type Options = { [Name in keyof typeof OPTIONS]: z.output<(typeof OPTIONS)[Name]> }

export type Environment = Options & {
  /** Bytes that photos may hold at once, decoded, and uploads again: as `planMemory` says, unless set. */
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
  const current = withNewNames(source)
  for (const [name, schema] of Object.entries(OPTIONS)) {
    const value = current[name] || undefined
    const parsed = schema.safeParse(value)
    if (!parsed.success) {
      throw new EnvironmentError(`${name}=${JSON.stringify(value)} is not allowed; allowed: ${allowed(schema)}`)
    }
    values[name] = parsed.data
  }
  const plan = planMemory(memory, values.MAX_QUEUE_BYTES as number | undefined)
  values.MAX_QUEUE_BYTES = plan.queueBytes
  values.MAX_PIXELS ??= plan.pixels
  return values as Environment
}

/** @throws EnvironmentError where a server is started for another path than it was built for */
export function requireBuiltPath({ BASE_PATH: wanted }: Pick<Environment, 'BASE_PATH'>): void {
  if (wanted === undefined || wanted === BASE_PATH) return
  const built = BASE_PATH === '' ? 'without BASE_PATH' : `for BASE_PATH=${BASE_PATH}`
  throw new EnvironmentError(
    `BASE_PATH=${JSON.stringify(wanted)}, but this was built ${built}; build for it with BASE_PATH=${wanted} npm run build, or docker build --build-arg BASE_PATH=${wanted}`,
  )
}

/** The old names that are set, and what they are called now. */
export function oldNames(
  source: Record<string, string | undefined> = process.env,
): { name: string; now: OptionName }[] {
  return Object.entries(OLD_NAMES).flatMap(([name, now]) => (source[name] ? [{ name, now }] : []))
}

/** What stands under an old name, under its new one. The new name wins. @throws EnvironmentError where two old ones differ */
function withNewNames(source: Record<string, string | undefined>): Record<string, string | undefined> {
  const moved: Record<string, string> = {}
  for (const { name, now } of oldNames(source)) {
    const value = source[name] ?? ''
    if (!source[now] && (moved[now] ?? value) !== value) {
      throw new EnvironmentError(
        `${name}=${JSON.stringify(value)} contradicts ${now}=${moved[now]} of another old name; set ${now} alone`,
      )
    }
    moved[now] = value
  }
  const own = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  return { ...moved, ...own }
}

/** Where ECS answers for the task's own limits, where this is an ECS task. */
export function ecsMetadataUri(): string | undefined {
  return process.env.ECS_CONTAINER_METADATA_URI_V4
}

/** Where ECS's agent takes what the task itself asks for, where this is an ECS task. */
export function ecsAgentUri(): string | undefined {
  return process.env.ECS_AGENT_URI
}

/** Cores that the operating system would let this process use at once. */
export function cores(): number {
  return availableParallelism()
}

/** What a child process inherits, with `extra` on top. */
export function childEnvironment(
  extra: Record<string, string>,
  defaults: Record<string, string> = {},
): NodeJS.ProcessEnv {
  return { ...defaults, ...process.env, ...extra }
}

/**
 * How the `vision` command is called again from where it was called: by npx, by its name where that is on the PATH, or by its file.
 *
 * @param file that Node was given
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

/** Whether BASIC_AUTH is set, for code that runs before the environment is read. */
export function wantsSignIn(): boolean {
  return Boolean(process.env.BASIC_AUTH)
}

/** Who may show the pages in a frame, for code that knows no environment. It was validated at the start. */
export function frameAncestors(): readonly string[] {
  return OPTIONS.FRAME_ANCESTORS.parse(process.env.FRAME_ANCESTORS || undefined)
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
