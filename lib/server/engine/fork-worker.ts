import { type ChildProcess, fork } from 'node:child_process'
import { childEnvironment } from '../config/environment'

/** Photos that one worker holds at once: one runs while the others are decoded (measured: a third slot still helps). */
export const SLOTS = 3

/**
 * ONNX Runtime 1.29 and later reports every process and session to its vendor, and keeps an identifier and a database
 * in the home folder for that (microsoft/onnxruntime#27379). The variable is read when the library is loaded and
 * disables all of it.
 */
const NO_TELEMETRY = { ORT_DISABLE_TELEMETRY: '1' }
/**
 * Settings for glibc's allocator: one heap for all threads, and blocks larger than a few pages return to the kernel as
 * soon as they are freed. Allocating them again takes time, so this is used only where memory is scarce.
 */
const EAGER_FREE = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' }

/** What a worker process is started with. */
export interface WorkerStart {
  /** Path of the built worker script. */
  script: string
  scarceMemory: boolean
}

/** A worker process that waits for an engine. */
interface SpareWorker extends WorkerStart {
  child: ChildProcess
}

let spare: SpareWorker | null = null

/**
 * Starts the first worker process before there is an engine: it loads its libraries while the server still loads its
 * own code. The first `forkWorker` that wants the same takes it. It exits with this process if none does.
 */
export function prestartWorker(start: WorkerStart): void {
  const child = forkChild(start)
  spare = { ...start, child }
  const gone = () => {
    if (spare?.child === child) spare = null
  }
  child.once('exit', gone)
  child.once('error', gone)
}

/** Starts a worker process, or takes the one that was started before. */
export function forkWorker(start: WorkerStart): ChildProcess {
  if (spare?.script !== start.script || spare.scarceMemory !== start.scarceMemory) return forkChild(start)
  const { child } = spare
  spare = null
  return child
}

function forkChild({ script, scarceMemory }: WorkerStart): ChildProcess {
  return fork(script, [], {
    serialization: 'advanced',
    execArgv: ['--enable-source-maps'],
    env: childEnvironment({
      UV_THREADPOOL_SIZE: String(SLOTS),
      ...NO_TELEMETRY,
      ...(scarceMemory ? EAGER_FREE : {}),
    }),
  })
}
