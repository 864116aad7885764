// Builds the entry points that Node runs, such as the server and the worker, for production and for development.
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, context } from 'esbuild'
import { builtBasePath } from './base-path.mjs'
import { buildClient } from './client.mjs'

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
    logLevel: 'warning',
    legalComments: 'none',
  }
}

/**
 * Packages that Node loads from node_modules: with native code or WebAssembly files, or loaded only when they are
 * needed. The others become part of the bundle, because reading their hundreds of files takes half of a command's
 * start (0.31 → 0.18 s of CPU time for `vision --version`).
 */
const EXTERNAL = [
  '@aws-sdk/*',
  '@huggingface/hub',
  'bullmq',
  'hyparquet-writer',
  'ioredis',
  'koffi',
  'libheif-js',
  'next',
  'onnxruntime-node',
  'pino',
  'prom-client',
  'sharp',
  'xz-decompress',
  'zstddec',
]

/** Bundled CommonJS packages call it for Node's modules. */
const REQUIRE =
  "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);"

/** Entry points that others start: processes with the models, for training, or for checks, and the HEIC decoder thread. */
const CHILDREN = {
  'engine-worker': 'lib/server/engine/worker/main.ts',
  'heic-thread': 'lib/server/image/heic/heic-thread.ts',
  'training-worker': 'lib/server/custom-models/training/main.ts',
  'check-worker': 'lib/server/jobs/check/main.ts',
}

/**
 * Builds every entry point and the client into `outdir`, with the base path of the built pages. What is imported on demand becomes a
 * file of its own; in one file, esbuild would load its packages (BullMQ, the AWS SDK) at the start. All are in the
 * same folder, because the code finds its neighbours by `import.meta.url`.
 */
export async function bundle(outdir = 'dist') {
  rmSync(outdir, { recursive: true, force: true })
  await build({
    ...options(outdir, { server: 'bin/server.ts', worker: 'bin/worker.ts', vision: 'bin/vision.ts', ...CHILDREN }),
    external: EXTERNAL,
    banner: { js: REQUIRE },
    splitting: true,
    chunkNames: '[name]-[hash]',
    define: { 'process.env.BUILT_BASE_PATH': JSON.stringify(builtBasePath()) },
  })
  await buildClient(outdir)
}

/**
 * Rebuilds the worker and the thread in `outdir` on every change, and writes a file `stamp` that changes with the
 * server code. The runtime reads it at each request and replaces its engine.
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
        // Its modification time matters, too: it is the time of the last change.
        if (digest !== last) writeFileSync(join(outdir, 'stamp'), digest)
        last = digest
      })
    },
  }
  const entries = { runtime: 'lib/server/runtime/get-runtime.ts', ...CHILDREN }
  const watcher = await context({ ...options(outdir, entries), packages: 'external', write: false, plugins: [stamp] })
  await watcher.rebuild()
  await watcher.watch()
  return watcher
}
