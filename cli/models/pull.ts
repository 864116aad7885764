import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubApiError } from '@huggingface/hub'
import Papa from 'papaparse'
import type { Available } from '@/lib/server/catalog/available'
import { readCatalogFile } from '@/lib/server/catalog/catalog'
import { InstallError } from '@/lib/server/catalog/install'
import { pull, type Wanted } from '@/lib/server/catalog/pull'
import { hubEnvironment } from '@/lib/server/config/environment'
import { bytes } from '@/lib/shared/i18n/format'
import { EXIT, Failure } from '../program/exit'
import { Progress } from '../program/progress'
import { modelCheck, toFailure, toSentence } from './check'
import type { ModelsContext } from './models-context'

const REPOSITORY = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/

/** Pulls a model by its catalog id, or any repository. */
export async function pullModel(
  context: ModelsContext,
  name: string,
  options: { as?: string; force?: boolean },
): Promise<void> {
  const { available } = await readCatalogFile(context.modelsDir)
  const known = available.find(({ id }) => id === name)
  const wanted = known ? await described(context, known) : repository(name, available)
  const id = options.as ?? wanted.id
  const stop = new AbortController()
  const onSignal = () => stop.abort()
  process.once('SIGINT', onSignal)
  let bar: Progress | undefined
  const events = {
    started(files: readonly string[], total: number) {
      console.error(`${wanted.repo}@${wanted.revision}: ${files.join(', ')}`)
      bar = new Progress(id, total, 0, bytes)
    },
    progress: (count: number) => bar?.add(count),
  }
  try {
    const pullOptions = { events, signal: stop.signal, replace: options.force ?? false }
    await pull(hubEnvironment(), context.modelsDir, { ...wanted, id }, modelCheck(context), pullOptions)
  } catch (error) {
    if (stop.signal.aborted) throw new Failure(EXIT.interrupted, 'Stopped. Run the same command to resume.')
    throw toPullFailure(error, wanted)
  } finally {
    process.off('SIGINT', onSignal)
    bar?.end()
  }
  console.log(`${id} was installed. A running server loads it within a second.`)
}

function repository(name: string, available: readonly Available[]): Wanted {
  const [, repo, revision = 'main'] = REPOSITORY.exec(name) ?? []
  if (repo === undefined) {
    const ids = available.map(({ id }) => id).join(', ')
    throw new Failure(
      EXIT.notFound,
      `There is no model named ${name} to pull. Available models: ${ids}. To pull another Hub repository, use owner/name[@revision].`,
    )
  }
  return { id: repo.replace('/', '--'), repo, revision }
}

/** Adds a config.json with the catalog's information about a model. */
async function described({ modelsDir }: ModelsContext, model: Available): Promise<Wanted> {
  if (model.labels === undefined) return model
  const { data } = Papa.parse<{ label: string }>(await readFile(join(modelsDir, 'imagenet-classes.csv'), 'utf8'), {
    header: true,
    skipEmptyLines: true,
  })
  const { title, license, published_top1 } = model
  const vision = { title, license, published_top1, classes: '../imagenet-classes.csv' }
  return { ...model, config: { id2label: Object.fromEntries(data.map(({ label }, index) => [index, label])), vision } }
}

/** One line and an exit code for each way in which a pull can fail. */
function toPullFailure(error: unknown, { repo, revision }: Wanted): unknown {
  if (error instanceof InstallError) return toFailure(error)
  if (error instanceof HubApiError) {
    const { statusCode } = error
    if (statusCode === 404)
      return new Failure(EXIT.notFound, `${repo}@${revision} was not found on the Hub.`, { cause: error })
    const because =
      statusCode === 401 || statusCode === 403
        ? `the repository requires an access token with the right permissions (set HF_TOKEN)`
        : `HTTP ${statusCode}`
    return new Failure(EXIT.unreachable, `The Hub refused access to ${repo}: ${because}.`, { cause: error })
  }
  const { message, cause, code } = error as Error & { cause?: { code?: string }; code?: string }
  if (code === 'ENOSPC') return error
  if (/fetch failed|terminated|ECONN|UND_ERR|sent no data/.test(`${message} ${cause?.code ?? ''} ${code ?? ''}`)) {
    const detail = cause?.code ?? message
    return new Failure(
      EXIT.unreachable,
      `The download from the Hub failed (${detail}). Run the same command to resume.`,
      {
        cause: error,
      },
    )
  }
  return new Failure(EXIT.invalid, toSentence(message), { cause: error as Error })
}
