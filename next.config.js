/** @type {import('next').NextConfig} */
export default {
  // Native modules: loaded from node_modules at run time, never bundled.
  serverExternalPackages: ['onnxruntime-node', 'sharp', 'pino'],
  poweredByHeader: false,
  reactStrictMode: true,
  // The type check is `npm run check`'s, once; the build repeats it in half a second and must agree.
  typescript: { ignoreBuildErrors: false },
  devIndicators: false,
}
