import { createHash } from 'node:crypto'
import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { ModelFiles } from '@/lib/shared/training/folder/model-folder'
import { REVISION_FILES, revisionText } from '@/lib/shared/training/folder/revision'
import type { Objects } from '../storage/folder-objects'
import { FILES, HISTORY, parseFileKey, parseStepKey, revisionPrefix, stepKey } from './object-keys'

const stepSchema = z.object({
  /** The current revision since this step; null if the model was deleted. */
  revision: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .nullable(),
  /** ISO 8601. */
  time: z.string(),
})

/** One entry of a model's history. */
export interface Step extends z.output<typeof stepSchema> {
  id: string
  step: number
}

/** Revisions of earlier steps are deleted. */
const KEPT_STEPS = 20
/** Files without a step are from a save that failed, or from one that is still running. */
const ABANDONED_MS = 3_600_000

/**
 * The custom models of a folder or bucket, with their history. Any number of processes may use it at once.
 *
 * Methods reject with Problem `storage_full` or `not_ready` if the storage fails.
 */
export class CustomModelStore {
  /** Steps never change, so each is read once. */
  private readonly steps = new Map<string, Step>()

  constructor(private readonly objects: Objects) {}

  /** The latest step of each model that isn't deleted, by ID. */
  async current(): Promise<Map<string, Step>> {
    const latest = new Map<string, Step>()
    for (const step of await this.read(HISTORY)) latest.set(step.id, step)
    for (const [id, { revision }] of latest) if (revision === null) latest.delete(id)
    return latest
  }

  /** The latest steps of a model, oldest first; empty if there is no such model. Their revisions can be restored. */
  async history(id: string): Promise<Step[]> {
    const steps = await this.read(`${HISTORY}${id}/`)
    return steps.slice(steps.findLastIndex(({ revision }) => revision === null) + 1).slice(-KEPT_STEPS)
  }

  /**
   * Saves a revision and makes it current.
   *
   * @param after the step that it is based on; null for a new model
   * @throws Problem `conflict` if another step came in between
   */
  async save(id: string, files: ModelFiles, after: number | null): Promise<Step> {
    const revision = revisionOf(files)
    const latest = await this.latest(id)
    requireStep(id, latest, after)
    const prefix = revisionPrefix(id, revision)
    for (const [name, content] of files) await this.objects.put(`${prefix}${name}`, content)
    const step = await this.append(id, (latest?.step ?? 0) + 1, revision)
    // If it fails, `removeLeftovers` does it later.
    if (step.step > KEPT_STEPS) await this.removeUnused(id).catch(() => {})
    return step
  }

  /**
   * Makes an earlier revision current again.
   *
   * @throws Problem `not_found`, `conflict`
   */
  async restore(id: string, revision: string): Promise<Step> {
    const steps = await this.history(id)
    const latest = steps.at(-1)
    if (latest === undefined || !steps.some((step) => step.revision === revision))
      throw new Problem('not_found', 'This model has no such revision.')
    return latest.revision === revision ? latest : await this.append(id, latest.step + 1, revision)
  }

  /** Deletes a model with all its revisions. Returns whether there was one. @throws Problem `conflict` */
  async remove(id: string): Promise<boolean> {
    const latest = await this.latest(id)
    if (latest === undefined || latest.revision === null) return false
    await this.append(id, latest.step + 1, null)
    await this.removeUnused(id)
    return true
  }

  /** A file of a revision; null if there is none. */
  async file(id: string, revision: string, name: string): Promise<Uint8Array | null> {
    return (await this.objects.get(`${revisionPrefix(id, revision)}${name}`))?.bytes ?? null
  }

  /** The names of the files of a revision. */
  async fileNames(id: string, revision: string): Promise<string[]> {
    const prefix = revisionPrefix(id, revision)
    const keys = await this.keys(prefix)
    return keys.map((key) => key.slice(prefix.length))
  }

  /** Deletes what failed saves and deleted models have left, and revisions beyond the limit. */
  async removeLeftovers(): Promise<void> {
    const ids = new Set<string>()
    for await (const page of this.objects.list(FILES)) for (const { key } of page) ids.add(parseFileKey(key)?.id ?? '')
    for (const id of ids) if (id !== '') await this.removeUnused(id)
  }

  private async removeUnused(id: string): Promise<void> {
    const kept = new Set((await this.history(id)).map(({ revision }) => revision))
    const everSaved = new Set((await this.read(`${HISTORY}${id}/`)).map(({ revision }) => revision))
    const unused: string[] = []
    for await (const page of this.objects.list(`${FILES}${id}/`)) {
      for (const { key, modified } of page) {
        const { revision = '' } = parseFileKey(key) ?? {}
        const isAbandoned = everSaved.has(revision) || Date.now() - modified > ABANDONED_MS
        if (!kept.has(revision) && isAbandoned) unused.push(key)
      }
    }
    if (unused.length > 0) await this.objects.remove(unused)
  }

  private async latest(id: string): Promise<Step | undefined> {
    return (await this.read(`${HISTORY}${id}/`)).at(-1)
  }

  /** @throws Problem `conflict` if the step exists */
  private async append(id: string, step: number, revision: string | null): Promise<Step> {
    const entry = { revision, time: new Date().toISOString() }
    const body = `${JSON.stringify(entry)}\n`
    const isFirst = await this.objects.put(stepKey(id, step), body, { ifAbsent: true, type: 'application/json' })
    if (!isFirst) throw changedMeanwhile(id)
    return { ...entry, id, step }
  }

  /** The steps under a prefix, in order. */
  private async read(prefix: string): Promise<Step[]> {
    const steps = await Promise.all((await this.keys(prefix)).map((key) => this.step(key)))
    return steps.filter((step) => step !== null)
  }

  private async step(key: string): Promise<Step | null> {
    const known = this.steps.get(key)
    const place = parseStepKey(key)
    if (known !== undefined || place === null) return known ?? null
    const step = parseStep((await this.objects.get(key))?.bytes)
    if (step === null) return null
    this.steps.set(key, { ...place, ...step })
    return { ...place, ...step }
  }

  private async keys(prefix: string): Promise<string[]> {
    const keys: string[] = []
    for await (const page of this.objects.list(prefix)) keys.push(...page.map(({ key }) => key))
    return keys
  }
}

/** The revision of a custom model, as `fingerprint` computes it for a folder. */
export function revisionOf(files: ModelFiles): string {
  const digests = REVISION_FILES.map((name) => sha256(files.get(name) ?? ''))
  return `sha256:${sha256(revisionText(digests))}`
}

function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

function requireStep(id: string, latest: Step | undefined, after: number | null): void {
  const current = latest === undefined || latest.revision === null ? null : latest.step
  if (current === after) return
  if (after === null) throw new Problem('conflict', `There is already a model named ${id}. Choose another name.`)
  throw changedMeanwhile(id)
}

function changedMeanwhile(id: string): Problem {
  return new Problem('conflict', `The model ${id} was changed by someone else in the meantime. Load it again.`)
}

/** Null if it is missing or incomplete. */
function parseStep(bytes: Uint8Array | undefined): z.output<typeof stepSchema> | null {
  try {
    return bytes === undefined ? null : stepSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return null
  }
}
