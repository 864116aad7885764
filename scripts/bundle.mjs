// Builds the entries that Node runs: the server and the worker. One place, for the build and for development.
import { rmSync } from 'node:fs'
import { build, context } from 'esbuild'

/** @returns {import('esbuild').BuildOptions} */
function options(outdir, entries) {
  return {
    entryPoints: entries,
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: false,
    sourcemap: true,
    packages: 'external',
    logLevel: 'warning',
    legalComments: 'none',
  }
}

const ENTRIES = { server: 'bin/server.ts', worker: 'lib/server/engine/worker/main.ts' }

/** Builds every entry into `outdir`. */
export async function bundle(outdir = 'dist') {
  rmSync(outdir, { recursive: true, force: true })
  await build(options(outdir, ENTRIES))
}

/** Rebuilds the worker into `outdir` whenever its sources change, until `dispose()`. */
export async function watchWorker(outdir) {
  const watcher = await context(options(outdir, { worker: ENTRIES.worker }))
  await watcher.rebuild()
  await watcher.watch()
  return watcher
}
