/** @type {import('next').NextConfig} */
export default {
  // Native modules: loaded from node_modules at run time, never bundled.
  serverExternalPackages: ['onnxruntime-node', 'sharp', 'pino'],
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` does the type check, over tests and scripts too; an image has neither.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
}
