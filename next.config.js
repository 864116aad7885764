/** @type {import('next').NextConfig} */
export default {
  // Native modules, and what only some servers load: from node_modules at run time, never bundled.
  serverExternalPackages: ['onnxruntime-node', 'sharp', 'pino', 'bullmq', 'ioredis', '@aws-sdk/client-s3'],
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` does the type check, over tests and scripts too; an image has neither.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
}
