// Builds the entries that Node runs: the server and the worker. One place, for the build and for development.
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, context } from 'esbuild'
import { builtBasePath } from './base-path.mjs'

/** @returns {import('esbuild').BuildOptions} */
function options(outdir, entries) {
  return {
    entryPoints: entries,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    packages: 'external',
    logLevel: 'warning',
    legalComments: 'none',
  }
}

/** What other entries start: processes that hold the models, and the thread that decodes HEIC. */
const STARTED = {
  'engine-worker': 'lib/server/engine/worker/main.ts',
  'heic-thread': 'lib/server/image/heic/heic-thread.ts',
}

/** Builds every entry into `outdir`, for the path that the pages are built for. */
export async function bundle(outdir = 'dist') {
  rmSync(outdir, { recursive: true, force: true })
  await build({
    ...options(outdir, { server: 'bin/server.ts', worker: 'bin/worker.ts', vision: 'bin/vision.ts', ...STARTED }),
    define: { 'process.env.BUILT_BASE_PATH': JSON.stringify(builtBasePath()) },
  })
}

/**
 * Keeps the worker and the thread built into `outdir`, and a file `stamp` that changes whenever server code does: the runtime
 * reads it at each request and makes its engine anew.
 */
export async function watchServer(outdir) {
  rmSync(outdir, { recursive: true, force: true })
  mkdirSync(outdir, { recursive: true })
  let last
  const stamp = {
    name: 'stamp',
    setup({ onEnd }) {
      onEnd(({ outputFiles = [], errors }) => {
        if (errors.length > 0) return
        const code = outputFiles.filter(({ path }) => path.endsWith('.js')).map(({ hash }) => hash)
        for (const { path, contents } of outputFiles)
          if (/(worker|thread)\.js/.test(path)) writeFileSync(path, contents)
        const digest = createHash('sha256').update(code.join()).digest('hex')
        // Its time counts too: since when the code is as it is.
        if (digest !== last) writeFileSync(join(outdir, 'stamp'), digest)
        last = digest
      })
    },
  }
  const entries = { runtime: 'lib/server/runtime/get-runtime.ts', ...STARTED }
  const watcher = await context({ ...options(outdir, entries), write: false, plugins: [stamp] })
  await watcher.rebuild()
  await watcher.watch()
  return watcher
}
