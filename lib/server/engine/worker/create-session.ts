import { appendFile, constants, copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node'
import { outputDeclarations } from '@/lib/shared/inference/declare-output'
import type { Provider } from '../provider'

const OPTIONS: InferenceSession.SessionOptions = {
  // One photo per core: running more workers scales better than more threads per run.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
}
/** How to create a session, and what it may run on. */
type Options = InferenceSession.SessionOptions

/** Larger files are changed on disk: in memory, loading would take as many bytes more. */
const LARGE_BYTES = 32_000_000

/**
 * Creates a session for a model file, in which these tensors within the graph are outputs as well.
 *
 * @param provider what it runs on; what that can't run of the graph runs on the CPU
 * @throws Error of ONNX Runtime or the file system
 */
export async function createSession(
  file: string,
  declared: readonly string[],
  provider: Provider,
): Promise<InferenceSession> {
  const options = optionsFor(provider)
  if (declared.length === 0) return InferenceSession.create(file, options)
  const declarations = outputDeclarations(declared)
  const { size } = await stat(file)
  return size > LARGE_BYTES ? fromCopy(file, declarations, options) : fromMemory(file, declarations, options)
}

/** @throws Error where onnxruntime-node doesn't know the provider: it would only leave it out */
function optionsFor(provider: Provider): Options {
  if (provider === 'cpu') return OPTIONS
  const known = listSupportedBackends().map(({ name }) => name)
  if (!known.includes(provider)) throw new Error(`on this system, it only knows ${known.join(', ')}`)
  return { ...OPTIONS, executionProviders: [provider, 'cpu'] }
}

async function fromMemory(file: string, appended: Uint8Array, options: Options): Promise<InferenceSession> {
  const bytes = await readWith(file, appended)
  // Bytes have no folder, in which ONNX Runtime would find weights in files of their own.
  const extra = { session: { model_external_initializers_file_folder_path: dirname(file) } }
  try {
    return await InferenceSession.create(bytes, { ...options, extra })
  } finally {
    // ONNX Runtime has copied them. The garbage collector would free them much later.
    bytes.buffer.resize(0)
  }
}

/** Such a model has its weights in the same file: with weights in other files, the graph alone isn't that large. */
async function fromCopy(file: string, appended: Uint8Array, options: Options): Promise<InferenceSession> {
  const folder = await mkdtemp(join(tmpdir(), 'vision-model-'))
  try {
    const copy = join(folder, 'model.onnx')
    await copyFile(file, copy, constants.COPYFILE_FICLONE)
    await appendFile(copy, appended)
    return await InferenceSession.create(copy, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Reads a file into memory that can be freed at once, and appends bytes. */
async function readWith(file: string, appended: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const length = size + appended.length
    const bytes = new Uint8Array(new ArrayBuffer(length, { maxByteLength: length }))
    for (let at = 0; at < size; ) {
      const { bytesRead } = await handle.read(bytes, at, size - at, at)
      if (bytesRead === 0) throw new Error('the file became shorter while it was read')
      at += bytesRead
    }
    bytes.set(appended, size)
    return bytes
  } finally {
    await handle.close()
  }
}
