import type { Context } from 'hono'
import type { z } from 'zod'
import { changeSchema, examplesParametersSchema, trainParametersSchema } from '@/lib/shared/contract/custom-models'
import { Problem } from '@/lib/shared/problems/problem'
import type { LabelRules } from '@/lib/shared/training/folder/fit-examples'
import { underBase } from '@/lib/shared/web/base-path'
import { labelWords } from '@/lib/shared/zero-shot/candidate-labels'
import { type CustomModelService, isMultiLabel, type SavedModel, type TrainOptions } from '../../custom-models/service'
import { readBody } from '../body'
import { parseJsonObject } from '../json-body'
import { json } from '../json-response'
import type { MemoryBudget, Reservation } from '../memory-budget'
import { queryParameters, type RawOptions, readOptions, takeStream } from '../parameters'
import type { AppEnv, Endpoints, Services } from '../services'
import { requireTrainer } from './permission'
import { type Report, respond } from './respond'
import { type CollectedExamples, openTrainingRequest, type TrainingRequest } from './training-upload'
import { visitorQuota } from './visitor-quota'

const MAX_CHANGE_BYTES = 16_000
/** Training, and everything that changes or reads one custom model. */
export function customModelRoutes(
  services: Pick<Services, 'engine' | 'environment' | 'jobs' | 'log' | 'redis'>,
  training: CustomModelService,
  uploads: MemoryBudget,
): Record<string, Endpoints> {
  const { environment } = services
  const allowanceOf = visitorQuota(services)
  const id = (c: Context<AppEnv>) => c.req.param('model') ?? ''

  /** Reads a request to train, and responds with the saved model, or with lines of progress before it. */
  async function train<S extends z.ZodObject>(
    c: Context<AppEnv>,
    { schema, isNew }: { schema: S; isNew: boolean },
    save: (
      options: z.output<S>,
      collect: (base: string | undefined, rules: LabelRules) => Promise<CollectedExamples>,
      run: TrainOptions,
    ) => Promise<SavedModel & Pick<CollectedExamples, 'skipped' | 'warnings'>>,
  ): Promise<Response> {
    requireTrainer(c, environment)
    const { stream, query } = takeStream(queryParameters(c.req.url))
    // Before the body is read: an invalid query is refused without an upload.
    readOptions(schema.partial(), query)
    const allowance = allowanceOf(c)
    // Someone who has nothing left is refused without an upload, too.
    await allowance?.takeBytes(0)
    const lease = uploads.reserve()
    const end = async (isSaved: boolean, request?: TrainingRequest<unknown>) => {
      if (isNew && !isSaved) await allowance?.returnModel()
      await request?.close()
      lease.release()
    }
    if (isNew) await allowance?.takeModel().catch(releasing(lease))
    const context = { services, training, allowance, lease }
    const request = await openTrainingRequest(c.req.raw, schema, query as RawOptions, context).catch(async (error) => {
      await end(false)
      throw error
    })
    return respond(c, services.log, stream, async (report: Report, signal: AbortSignal) => {
      let isSaved = false
      try {
        const onEmbedded = (done: number) => report({ stage: 'embed', done, of: null })
        const onProgress = (done: number) => report({ stage: 'train', done, of: 1 })
        const collect = (base: string | undefined, rules: LabelRules) =>
          request.collect(base, rules, { signal, onEmbedded })
        const saved = await save(request.options, collect, { signal, onProgress, limits: allowance ?? undefined })
        isSaved = true
        return saved
      } finally {
        await end(isSaved, request)
      }
    })
  }

  const create = (c: Context<AppEnv>) =>
    train(
      c,
      { schema: trainParametersSchema, isNew: true },
      async (
        { id: wanted, base, job: _job, words: list, hypothesis_template, multi_label: multiLabel, ...description },
        collect,
        run,
      ) => {
        const words = labelWords(list, hypothesis_template, 'words')
        // Before the photos are read: a name that is taken is refused without them.
        const name = await training.newId({ id: wanted, title: description.title })
        const { skipped, warnings, ...examples } = await collect(base, { multiLabel })
        const saved = await training.create(name, examples, { ...description, words, multiLabel }, run)
        c.header('location', underBase(`/api/models/${name}`))
        return { ...saved, skipped, warnings }
      },
    )

  const addExamples = (c: Context<AppEnv>) =>
    train(c, { schema: examplesParametersSchema, isNew: false }, async ({ replace, multi_label }, collect, run) => {
      const { base_model, problem_type } = await services.engine.model(id(c))
      if (base_model === null) throw new Problem('not_found', 'There is no custom model with this ID.')
      const multiLabel = multi_label ?? isMultiLabel({ problem_type })
      const { skipped, warnings, ...examples } = await collect(base_model.id, { multiLabel })
      return { ...(await training.addExamples(id(c), examples, { replace, multiLabel }, run)), skipped, warnings }
    })

  async function view(c: Context<AppEnv>): Promise<Response> {
    const model = await services.engine.model(id(c))
    if (model.base_model === null) return json(c, { model }, 200, NO_STORE)
    const { history, ...rest } = await training.view(model.id)
    return json(c, { ...rest, history: history.map(({ revision, time }) => ({ revision, time })) }, 200, NO_STORE)
  }

  async function change(c: Context<AppEnv>): Promise<Response> {
    requireTrainer(c, environment)
    const lease = uploads.reserve()
    try {
      const body = parseJsonObject(await readBody(c.req.raw, MAX_CHANGE_BYTES, lease))
      const { revision, ...description } = readOptions(changeSchema, {}, body)
      if ((revision === undefined) === (Object.keys(description).length === 0))
        throw new Problem(
          'invalid_parameter',
          'Send either a description (title, purpose, license) or a revision to restore.',
        )
      const model =
        revision === undefined ? await training.describe(id(c), description) : await training.restore(id(c), revision)
      return json(c, { model }, 200, NO_STORE)
    } finally {
      lease.release()
    }
  }

  async function remove(c: Context<AppEnv>): Promise<Response> {
    requireTrainer(c, environment)
    await training.remove(id(c))
    return c.body(null, 204)
  }

  async function file(c: Context<AppEnv>): Promise<Response> {
    const name = c.req.param('name') ?? ''
    // They say more about the photos than anybody needs to use the model.
    if (name === EXAMPLES) requireTrainer(c, environment)
    const content = await training.file(id(c), name)
    return c.body(content as Uint8Array<ArrayBuffer>, 200, {
      'content-type': CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      'content-disposition': `attachment; filename="${name}"`,
      ...NO_STORE,
    })
  }

  return {
    '/api/models': { POST: { withQuery: create } },
    '/api/models/:model': { GET: view, PATCH: change, DELETE: remove },
    '/api/models/:model/examples': { POST: { withQuery: addExamples } },
    '/api/models/:model/files/:name': { GET: file },
  }
}

function releasing(lease: Reservation): (error: unknown) => never {
  return (error) => {
    lease.release()
    throw error
  }
}

const EXAMPLES = 'examples.safetensors'
const NO_STORE = { 'cache-control': 'no-store' }
const CONTENT_TYPES: Record<string, string> = {
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  py: 'text/x-python; charset=utf-8',
}
