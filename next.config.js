import { readFileSync } from 'node:fs'
import { PHASE_PRODUCTION_SERVER } from 'next/constants.js'

/** @returns {Promise<import('next').NextConfig>} */
export default async function configuration(phase) {
  const basePath = await basePathOf(phase)
  return {
    // Fixed in what is built. lib/shared/web/base-path.ts reads it from here.
    basePath,
    env: { BUILT_BASE_PATH: basePath },
    // Native modules, and what only some servers load: from node_modules at run time, never bundled.
    serverExternalPackages: ['onnxruntime-node', 'sharp', 'pino', 'bullmq', 'ioredis', '@aws-sdk/client-s3'],
    poweredByHeader: false,
    reactStrictMode: true,
    // `npm run check` does the type check, over tests and scripts too; an image has neither.
    typescript: { ignoreBuildErrors: true },
    devIndicators: false,
    ...(basePath !== '' && { redirects: async () => [toBase(basePath)] }),
  }
}

/** In development, where nothing stands in front of Next, the root has nothing to show. */
function toBase(destination) {
  return { source: '/', destination, basePath: false, permanent: false }
}

/** A build and `npm run dev` are told by BASE_PATH; a server has what was built. */
async function basePathOf(phase) {
  if (phase === PHASE_PRODUCTION_SERVER) {
    const file = new URL('.next/required-server-files.json', import.meta.url)
    return JSON.parse(readFileSync(file, 'utf8')).config.basePath
  }
  // An image has no scripts.
  return (await import('./scripts/build/base-path.mjs')).basePath()
}
