import { Console } from 'node:console'
import type { EventEmitter } from 'node:events'
import { resolve } from 'node:path'
import { Writable } from 'node:stream'
import { run } from '@/cli/program/main'
import { FULL } from './full'
import { type Ran, vision } from './vision'

/**
 * Runs the `vision` command in this process, because a start of Node takes longer than most commands. For what depends
 * on the process, such as its standard input or signals, see vision.ts. Each file should also start the built command
 * once. The full tests always do.
 *
 * One run at a time: the environment and the standard streams belong to the process.
 */
export const visionHere: typeof vision = FULL ? vision : inTurn(runHere)

function inTurn(start: typeof vision): typeof vision {
  let earlier: Promise<unknown> = Promise.resolve()
  return (...args) => {
    const ran = earlier.then(() => start(...args))
    earlier = ran.catch(() => {})
    return ran
  }
}

async function runHere(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const { console: before } = globalThis
  const variables = { npm_command: 'exec', ...env }
  const previous = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  const listening = listeners()
  const [out, err] = [capture(process.stdout), capture(process.stderr)]
  globalThis.console = new Console(sink(process.stdout), sink(process.stderr))
  try {
    const code = await run([process.execPath, resolve('dist/vision.js'), ...args], resolve('.'))
    return { code, out: out.text(), err: err.text() }
  } finally {
    globalThis.console = before
    for (const stream of [out, err]) stream.release()
    forget(listening)
    for (const [name, value] of previous) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/** Collects what is written to a stream of this process. */
function capture(stream: NodeJS.WriteStream): { text(): string; release(): void } {
  const { write } = stream
  let text = ''
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined
    if (done) queueMicrotask(done)
    return true
  }) as typeof write
  return {
    text: () => text,
    release: () => {
      stream.write = write
    },
  }
}

/** A console asks for a stream of its own, as it adds and removes listeners on each write. */
function sink(stream: NodeJS.WriteStream): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      stream.write(chunk)
      done()
    },
  })
}

/** The command may leave listeners, because its process ends. */
const sources = (): [EventEmitter, string][] => [
  [process, 'SIGINT'],
  [process, 'SIGTERM'],
  [process.stdout, 'error'],
]
const listeners = () => sources().map(([source, event]) => source.listeners(event))

function forget(known: ReturnType<typeof listeners>): void {
  for (const [i, [source, event]] of sources().entries()) {
    for (const listener of source.listeners(event)) {
      if (!known[i]?.includes(listener)) source.removeListener(event, listener as () => void)
    }
  }
}
