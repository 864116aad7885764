import { readCatalog, readCatalogFile } from '@/lib/server/catalog/catalog'
import { classCount, type Model, modelRef, readModel } from '@/lib/server/engine/model'
import { thresholdsOf } from '@/lib/server/engine/problem-type'
import { bytes } from '@/lib/shared/i18n/format'
import type { UncertaintyRule } from '@/lib/shared/metrics/uncertainty'
import { EXIT, Failure } from '../program/exit'
import { table } from '../program/progress'
import { customModels, statusOf, trainingOf, trainingRows } from './custom'
import type { ModelsContext } from './models-context'
import { thresholdWords } from './summary'

/** The installed models and the custom ones. */
export async function installed({ modelsDir, dataDir }: ModelsContext): Promise<Model[]> {
  const entries = await readCatalog(modelsDir).catch((error: Error) => {
    throw new Failure(EXIT.notFound, `${error.message}.`)
  })
  return [...(await Promise.all(entries.map(readModel))), ...(await customModels(dataDir))]
}

/**
 * Finds a model by type or id.
 *
 * @throws Failure listing the installed models
 */
export async function findModel(context: ModelsContext, name: string): Promise<Model> {
  return namedModel(await installed(context), name)
}

function namedModel(models: readonly Model[], name: string): Model {
  const model = models.find(({ id, type }) => name === id || name === type)
  if (model) return model
  const known = models.flatMap(({ id, type }) => (type ? [type, id] : [id])).join(', ')
  throw new Failure(EXIT.notFound, `There is no model named ${name}. Installed models: ${known}.`)
}

export async function list(context: ModelsContext, { json = false }: { json?: boolean }): Promise<void> {
  const models = await installed(context)
  const { available } = await readCatalogFile(context.modelsDir)
  const missing = available.filter(({ id }) => !models.some((model) => model.id === id))
  if (json) {
    console.log(JSON.stringify({ installed: models.map(toJson), available: missing }, null, 2))
    return
  }
  console.log(
    table(
      ['installed', 'type', 'labels', 'size', 'published', 'calibrated', 'license', ''],
      models.map((model) => [
        model.id,
        `${model.type ?? '–'}${model.default ? ' (default)' : ''}`,
        `${classCount(model)}${model.multiLabel ? ' (several)' : ''}`,
        bytes(model.bytes),
        model.head ? '–' : published(model.published),
        model.temperature === null ? 'no' : 'yes',
        model.license ?? '–',
        statusOf(model, models) === null ? '' : `unavailable: ${statusOf(model, models)}`,
      ]),
    ),
  )
  if (missing.length === 0) return
  console.log(
    `\n${table(
      ['available', 'size', '', 'published', 'license'],
      missing.map(({ id, size, files, published_top1, license }) => [
        id,
        size,
        bytes((files ?? []).reduce((sum, file) => sum + (file.bytes ?? 0), 0)),
        published(published_top1 ?? null),
        license,
      ]),
    )}\n\nTo install one, run ${context.commandName} models pull <id>. You can also pull any ONNX image classification model from the Hugging Face Hub by owner/name.`,
  )
}

/** A published accuracy, or `unverified` without a source. */
function published(figure: Model['published']): string {
  return figure === null ? 'unverified' : `${(100 * figure.value).toFixed(1)}%`
}

export async function info(context: ModelsContext, name: string, { json = false }: { json?: boolean }): Promise<void> {
  const models = await installed(context)
  const model = namedModel(models, name)
  const error = statusOf(model, models)
  const training = model.head && (await trainingOf(model))
  if (json) {
    console.log(JSON.stringify({ ...toJson({ ...model, error }), ...(training ? { training } : {}) }, null, 2))
    return
  }
  // A custom model gets its photos prepared as its base needs them.
  const { preprocessor } = models.find(({ id }) => id === model.head?.base.id) ?? model
  const rows = [
    ...modelRows({ ...model, error }),
    ...(training ? trainingRows(training) : publishedRows(model)),
    ...scoreRows(model),
    ...preprocessorRows(preprocessor),
  ]
  for (const [key, value] of rows) console.log(`${key.padEnd(14)}${value}`)
}

type Row = [key: string, value: string]

function modelRows(model: Model): Row[] {
  return [
    ['id', model.id],
    ['type', `${model.type ?? '–'}${model.default ? ' (default)' : ''}`],
    ['title', model.title],
    ['status', model.error ?? 'usable'],
    ['license', model.license ?? 'not specified'],
    ['labels', `${classCount(model)}${model.multiLabel ? ', of which any number may apply' : ''}`],
    ...(model.multiLabel ? [['thresholds', thresholdWords(model)] as Row] : []),
    ['size', bytes(model.bytes)],
    ['revision', model.revision],
  ]
}

function scoreRows({ temperature, uncertainty, activation, multiLabel }: Model): Row[] {
  const near = multiLabel?.nearThreshold ?? null
  return [
    [
      'calibrated',
      temperature === null ? `no: scores are plain ${activation} values` : `yes, temperature ${temperature}`,
    ],
    [
      'uncertain',
      uncertainty === null ? 'never: no limits have been measured' : limitsOf(uncertainty, near, multiLabel !== null),
    ],
  ]
}

function preprocessorRows(preprocessor: Model['preprocessor']): Row[] {
  return [
    ['resize', JSON.stringify(preprocessor?.resize ?? null)],
    ['crop', JSON.stringify(preprocessor?.crop ?? null)],
    ['interpolation', preprocessor?.interpolation ?? '–'],
  ]
}

function publishedRows({ published: figure, card }: Model): Row[] {
  return [
    ['published', figure ? `${published(figure)} top-1 (${figure.source})` : 'unverified'],
    ['source', card.source ?? 'not specified'],
  ]
}

function limitsOf(
  { scoreBelow, marginBelow, entropyAbove, likenessBelow }: UncertaintyRule,
  nearThreshold: number | null,
  multiLabel: boolean,
): string {
  const limits = multiLabel ? [] : [`score < ${scoreBelow}`, `margin < ${marginBelow}`]
  if (nearThreshold !== null) limits.push(`log-odds within ${nearThreshold} of a threshold`)
  if (entropyAbove !== null) limits.push(`entropy > ${entropyAbove}`)
  if (likenessBelow !== null) limits.push(`likeness < ${likenessBelow.toFixed(2)}`)
  return limits.length < 2 ? (limits[0] ?? 'never') : `${limits.slice(0, -1).join(', ')}, or ${limits.at(-1)}`
}

/** The details of a model, for JSON output. */
function toJson(model: Model): object {
  const { folder: _folder, file: _file, synonyms: _synonyms, selfTest: _test, notes: _notes, ...described } = model
  const { labels: _labels, multiLabel, background: _background, ...rest } = described
  const { problem_type } = modelRef(model)
  return { ...rest, classes: classCount(model), problem_type, thresholds: thresholdsOf(multiLabel) }
}
