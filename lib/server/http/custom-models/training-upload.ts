import * as z from 'zod'
import { Problem } from '@/lib/shared/problems/problem'
import type { Example } from '@/lib/shared/training/example'
import type { LabelRules } from '@/lib/shared/training/folder/fit-examples'
import { PhotoCollector, type SkippedPhoto } from '../../custom-models/collect-photos'
import { labelPhotos } from '../../custom-models/label-photos'
import type { CustomModelService } from '../../custom-models/service'
import { shouldYield, yieldToEventLoop } from '../../event-loop/slices'
import { fetchPhoto } from '../../photo-url/fetch-photo'
import { readBody } from '../body'
import { hasBody, type JobUpload, type JobUploadLimits, openUpload } from '../jobs/uploads'
import { parseJsonBody } from '../json-body'
import type { Reservation } from '../memory-budget'
import { type RawOptions, readOptions } from '../parameters'
import type { Services } from '../services'
import { type JobPhotos, jobModel, jobPhotos } from './job-photos'
import { exampleOf, jsonExampleSchema } from './json-examples'
import type { VisitorAllowance } from './visitor-quota'

/** Photos that are embedded at a time, per worker. */
const LANES_PER_WORKER = 4

/** What a request to train contains. */
export interface CollectedExamples {
  base: { id: string; revision: string }
  examples: Example[]
  skipped: SkippedPhoto[]
  warnings: string[]
}

interface Context {
  /** Null if the client has no limits of its own. */
  allowance: VisitorAllowance | null
  services: Pick<Services, 'engine' | 'environment' | 'jobs'>
  training: CustomModelService
  lease: Reservation
}

interface CollectOptions {
  signal: AbortSignal
  onEmbedded(done: number): void
}

/** A request to train whose options are known, and whose examples are still to be read. */
export interface TrainingRequest<T> {
  options: T
  /** @param base ID of the base model */
  collect(base: string | undefined, rules: LabelRules, options: CollectOptions): Promise<CollectedExamples>
  close(): Promise<void>
}

const jsonBodySchema = z.looseObject({
  examples: z.array(z.unknown(), 'must be a list of examples').min(1, 'must not be empty').optional(),
})

/**
 * Opens a request to train: photos in every form that jobs accept them in, with a labels file or in a folder for each
 * label, embeddings with labels as JSON or as `examples.safetensors`, or the photos of a job.
 *
 * @throws Problem
 */
export async function openTrainingRequest<S extends z.ZodObject>(
  request: Request,
  schema: S,
  query: RawOptions,
  context: Context,
): Promise<TrainingRequest<z.output<S>>> {
  if (/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    return openJson(request, schema, query, context)
  if (!hasBody(request) && query.job === undefined && query.words === undefined)
    throw new Problem('no_file', 'The request has no body. Send photos with labels.')
  const upload = await openUpload(request, limitsOf(context), context.lease)
  try {
    const options = readOptions(schema, query, upload.options)
    const sources = { upload, job: jobOf(options) }
    return {
      options,
      collect: (base, rules, run) => collectPhotos(sources, base, context, { ...rules, ...run }),
      close: () => upload.close(),
    }
  } catch (error) {
    await upload.close()
    throw error
  }
}

function limitsOf({ services: { environment }, training, allowance }: Context): JobUploadLimits {
  const { photos = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = allowance ?? {}
  return {
    // A labels file comes with the photos.
    files: Math.min(environment.MAX_FILES, photos + 1),
    bytes: Math.min(environment.MAX_JOB_BYTES, bytes),
    imageBytes: environment.MAX_IMAGE_BYTES,
    requestBytes: environment.MAX_REQUEST_BYTES,
    urls: environment.URL_INPUT === 'true',
    folder: training.folder,
    labelsFiles: true,
  }
}

async function openJson<S extends z.ZodObject>(
  request: Request,
  schema: S,
  query: RawOptions,
  context: Context,
): Promise<TrainingRequest<z.output<S>>> {
  const { services, allowance, lease } = context
  const bytes = await readBody(request, services.environment.MAX_REQUEST_BYTES, lease)
  await allowance?.takeBytes(bytes.byteLength)
  const body = await parseJsonBody(bytes)
  const parsed = jsonBodySchema.safeParse(body)
  if (!parsed.success) throw invalidExamples(parsed.error)
  const { examples: given = [], ...fields } = parsed.data
  const options = readOptions(schema, query, fields)
  const job = jobOf(options)
  if (given.length === 0 && job === undefined && !('words' in options && options.words))
    throw new Problem('invalid_parameter', 'examples is invalid: must be a list of examples.')
  const examples = await inSlices(given, (one, at) => {
    const example = jsonExampleSchema.safeParse(one)
    if (example.success) return example.data
    throw invalidExamples(example.error, `${at}.`)
  })
  return {
    options,
    async collect(name, rules, { signal }) {
      const { id, revision, ...features } = await baseOf(name, job, context)
      const fromJob = await photosOf(job, context, signal)
      const labeled = await labelPhotos(fromJob.photos, [], rules)
      const own = await inSlices(examples, (one) => exampleOf(one, features, rules))
      const collected = {
        base: { id, revision },
        examples: [...own.flat(), ...labeled.examples],
        skipped: [...fromJob.skipped, ...labeled.skipped],
        warnings: labeled.warnings,
      }
      requireSome(collected)
      return collected
    },
    close: async () => {},
  }
}

/** Thousands of embeddings are megabytes: photos of others come between them. */
async function inSlices<A, B>(list: readonly A[], convert: (value: A, at: number) => B): Promise<B[]> {
  const converted: B[] = []
  for (const [at, value] of list.entries()) {
    if (shouldYield()) await yieldToEventLoop()
    converted.push(convert(value, at))
  }
  return converted
}

/** @param place of an example within the list */
function invalidExamples({ issues: [issue] }: z.ZodError, place = ''): Problem {
  const path = `${place}${issue?.path.join('.').replace(/^examples\.?/, '') ?? ''}`.replace(/\.$/, '')
  const reason = issue?.message ?? 'not a list of examples'
  return new Problem('invalid_parameter', `examples is invalid: ${path ? `${path}: ` : ''}${reason}.`)
}

function jobOf(options: object): string | undefined {
  return 'job' in options && typeof options.job === 'string' ? options.job : undefined
}

/**
 * The base model: the one that was requested, or else that of the job.
 *
 * @throws Problem `invalid_parameter`, `conflict` if the job has embeddings of another model or revision
 */
async function baseOf(name: string | undefined, job: string | undefined, { services, training }: Context) {
  if (job === undefined) return training.base(name)
  const model = await jobModel(services.jobs, job)
  const base = await training.base(name ?? model.id)
  if (base.id !== model.id)
    throw new Problem('invalid_parameter', `The job has embeddings of ${model.id}, not of ${base.id}.`)
  if (base.revision === model.revision) return base
  throw new Problem('conflict', `The job has embeddings of an earlier revision of ${base.id}. Run it again.`)
}

function photosOf(job: string | undefined, { services }: Context, signal: AbortSignal): Promise<JobPhotos> {
  if (job === undefined) return Promise.resolve({ photos: [], skipped: [] })
  return jobPhotos(services.jobs, job, signal)
}

async function collectPhotos(
  { upload: { fill }, job }: { upload: JobUpload; job: string | undefined },
  name: string | undefined,
  context: Context,
  { signal, onEmbedded, multiLabel }: CollectOptions & LabelRules,
): Promise<CollectedExamples> {
  const { engine, environment } = context.services
  const { allowance } = context
  const base = await baseOf(name, job, context)
  const fetching = {
    maxBytes: environment.MAX_IMAGE_BYTES,
    timeoutMs: environment.URL_INPUT_TIMEOUT_MS,
    allow: environment.URL_INPUT_ALLOW,
  }
  const collector = new PhotoCollector({
    engine,
    base: base.id,
    revision: base.revision,
    dimensions: base.dimensions,
    kinds: base.kinds,
    imageBytes: environment.MAX_IMAGE_BYTES,
    concurrency: LANES_PER_WORKER * engine.stats().workers.wanted,
    fetchPhoto: (url, stop) => fetchPhoto(url, fetching, stop),
    onProgress: onEmbedded,
    ...(allowance ? { allowBytes: (count) => allowance.takeBytes(count) } : {}),
    signal,
  })
  await fill(collector)
  await collector.finish()
  const { photos, labelsFiles, skipped, examples } = collector
  const fromJob = await photosOf(job, context, signal)
  const labeled = await labelPhotos([...photos, ...fromJob.photos], labelsFiles, { multiLabel })
  const collected = {
    base: { id: base.id, revision: base.revision },
    examples: [...examples, ...labeled.examples],
    skipped: [...skipped, ...fromJob.skipped, ...labeled.skipped],
    warnings: labeled.warnings,
  }
  requireSome(collected)
  return collected
}

/** @throws Problem `invalid_parameter` that says why no photo can be used */
function requireSome({ examples, skipped: [first, ...others] }: CollectedExamples): void {
  if (examples.length > 0 || first === undefined) return
  const more = others.length > 0 ? ` ${others.length} more photos can’t be used either.` : ''
  throw new Problem('invalid_parameter', `${first.file}: ${first.detail}${more}`)
}
