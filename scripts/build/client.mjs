// Builds the TypeScript client that the package exports: one module without dependencies, and its types.
import { join } from 'node:path'
import { build } from 'esbuild'
import { tool } from '../steps.mjs'

const SOURCE = 'clients/typescript'

/** @throws Error if its types can't be written */
export async function buildClient(outdir) {
  const folder = join(outdir, 'client')
  await build({
    entryPoints: [join(SOURCE, 'index.ts')],
    outfile: join(folder, 'index.js'),
    bundle: true,
    platform: 'neutral',
    target: 'es2022',
    format: 'esm',
    logLevel: 'warning',
  })
  if (!tool('tsc', ['-p', SOURCE, '--outDir', folder])) throw new Error('the types of the client could not be written')
}
