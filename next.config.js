import { readFileSync } from 'node:fs'
import { PHASE_PRODUCTION_SERVER } from 'next/constants.js'

/** For files whose names don't change with their content. */
const CACHE_A_DAY = 'public, max-age=86400, stale-while-revalidate=604800'

/** libheif-js names modules of Node that browsers lack and that it doesn't need there. */
const NO_MODULE = './scripts/build/no-module.cjs'

/** @returns {Promise<import('next').NextConfig>} */
export default async function configuration(phase) {
  const basePath = await basePathOf(phase)
  return {
    // Fixed at build time. lib/shared/web/base-path.ts reads it from here.
    basePath,
    env: { BUILT_BASE_PATH: basePath },
    // Native modules and those that only some servers load: read from node_modules at run time, never bundled.
    serverExternalPackages: ['onnxruntime-node', 'sharp', 'pino', 'bullmq', 'ioredis', '@aws-sdk/client-s3'],
    poweredByHeader: false,
    reactStrictMode: true,
    // `npm run check` checks types, including tests and scripts. A container image has neither.
    typescript: { ignoreBuildErrors: true },
    devIndicators: false,
    turbopack: {
      resolveAlias: Object.fromEntries(['fs', 'path', 'crypto'].map((name) => [name, { browser: NO_MODULE }])),
      rules: { '**/file-selector/dist/es2015/file.js': { loaders: ['./scripts/build/few-mime-types.cjs'] } },
    },
    // While the server is away, a navigation waits. Otherwise the browser would show its own error in place of the page.
    // Loading every page before listening takes a fifth of the start; each is loaded when it is first asked for.
    experimental: { useOffline: true, preloadEntriesOnStart: false },
    headers: async () => [
      // A page that is isolated from other origins only starts workers that are isolated as well.
      { source: '/_next/static/:path*', headers: [{ key: 'cross-origin-embedder-policy', value: 'require-corp' }] },
      { source: '/gallery/thumbs/:file', headers: [{ key: 'cache-control', value: CACHE_A_DAY }] },
      { source: '/icons/:file', headers: [{ key: 'cache-control', value: CACHE_A_DAY }] },
    ],
    redirects: async () => [
      ...(basePath === '' ? [] : [toBase(basePath)]),
      // The server leads browsers there from /api and /api/docs, too.
      { source: '/docs/:path*', destination: '/api-docs', permanent: false },
    ],
  }
}

/** In development nothing runs in front of Next, so the root has nothing to show. */
function toBase(destination) {
  return { source: '/', destination, basePath: false, permanent: false }
}

/** A build and `npm run dev` take it from BASE_PATH, a server from its build. */
async function basePathOf(phase) {
  if (phase === PHASE_PRODUCTION_SERVER) {
    const file = new URL('.next/required-server-files.json', import.meta.url)
    return JSON.parse(readFileSync(file, 'utf8')).config.basePath
  }
  // Imported here, since a container image has no scripts.
  return (await import('./scripts/build/base-path.mjs')).basePath()
}
