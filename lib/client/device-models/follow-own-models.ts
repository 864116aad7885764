import type { ModelInfo } from '@/lib/shared/contract/contract'
import { underBase } from '@/lib/shared/web/base-path'
import { isOwnModel } from '../device/own-model-id'
import { listModels, type OwnModel, onModels } from './store'

/**
 * Finds the models that the server lists for nobody, now and after each change.
 *
 * @param here whether those that were saved in this browser are wanted
 * @param unlisted ID of a model that may be a visitor's; null for none
 */
export async function followOwnModels(
  here: boolean,
  unlisted: string | null,
  onFound: (models: readonly ModelInfo[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let mine: readonly ModelInfo[] = []
  let saved: readonly ModelInfo[] = []
  const report = () => !signal.aborted && onFound([...mine, ...saved])
  async function read(): Promise<void> {
    saved = (await listModels()).map(infoOf)
    report()
  }
  if (here && !signal.aborted) {
    const end = onModels(() => void read().catch(() => {}))
    signal.addEventListener('abort', end)
    await read().catch(() => {})
  }
  if (unlisted === null || isOwnModel(unlisted) || signal.aborted) return
  const reply = await fetch(underBase(`/api/models/${unlisted}`), { signal })
  if (reply.ok) mine = [((await reply.json()) as { model: ModelInfo }).model]
  report()
}

/** A model of this browser as the menus know models. */
function infoOf({ id, title, revision, base, kind, multiLabel, labels, files }: OwnModel): ModelInfo {
  return {
    id,
    type: null,
    title,
    default: false,
    status: 'ready',
    error: null,
    license: null,
    classes: labels,
    input: null,
    bytes: files['head.safetensors'].size,
    revision,
    calibrated: true,
    problem_type: multiLabel ? 'multi_label_classification' : 'single_label_classification',
    thresholds: null,
    temperature: null,
    embedding: null,
    embedding_reason: null,
    base_model: base,
    head: kind,
    text: null,
  }
}
