// What photos lose that are decoded at a fraction of their size: labels, levels of the model input, and CPU time.
// tsx tests/parity/reduced.ts <fp32 folder> <folder of JPEGs> <fraction>…
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { parsePreprocessor } from '@/lib/server/image/hf-preprocessor'
import { Libvips } from '@/lib/server/image/jpeg/libvips'
import { plan } from '@/lib/shared/image/geometry'
import { modelInput, type Picture } from '@/lib/shared/image/model-input'

const [fp32 = '', folder = '', ...fractions] = process.argv.slice(2)
const LITE = [0, 1, 2].map((size) => `efficientnet-lite${size}`)
const ways = fractions.flatMap((fraction) => [fraction, `sharp ${fraction}`])

sharp.concurrency(1)
sharp.cache(false)
const vips = await Libvips.open()

async function fractionOf(bytes: Buffer, shrink: number): Promise<Picture> {
  const image = vips.openJpeg(bytes, { shrink, failOn: 'warning' })
  const { width, height, bands } = image
  const pixels = new Uint8Array(width * height * bands)
  await image.readInto(pixels)
  image.close()
  return { width, height, pixels }
}

async function bySharp(bytes: Buffer, shrink: number): Promise<Picture> {
  const { width, height } = await sharp(bytes).metadata()
  const size = { width: Math.ceil(width / shrink), height: Math.ceil(height / shrink), fit: 'fill' } as const
  const resized = sharp(bytes).resize({ ...size, fastShrinkOnLoad: true })
  const { data, info } = await resized.raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) }
}

async function openModel(name: string, file: string) {
  const settings = JSON.parse(readFileSync(join('models', `${name}-int8`, 'preprocessor_config.json'), 'utf8'))
  return { session: await InferenceSession.create(file), preprocessor: parsePreprocessor(settings) }
}

type Model = Awaited<ReturnType<typeof openModel>>

async function topLabel({ session }: Model, pixels: Uint8Array, side: number, isFloat: boolean): Promise<number> {
  const planes = () =>
    Float32Array.from({ length: pixels.length }, (_, i) => {
      const [channel, at] = [Math.floor(i / side ** 2), i % side ** 2]
      return ((pixels[at * 3 + channel] as number) - 127) / 128
    })
  const input = isFloat
    ? new Tensor('float32', planes(), [1, 3, side, side])
    : new Tensor('uint8', pixels, [1, side, side, 3])
  const outputs = await session.run({ [session.inputNames[0] as string]: input })
  const scores = outputs[session.outputNames[0] as string]?.data as Float32Array
  return scores.indexOf(Math.max(...scores))
}

const models = await Promise.all(
  LITE.map(async (name) => ({
    float: await openModel(name, join(fp32, `${name}.onnx`)),
    int8: await openModel(name, join('models', `${name}-int8`, 'onnx', 'model.onnx')),
  })),
)
const sums = new Map(['1', ...ways].map((way) => [way, { same: { float: 0, int8: 0 }, difference: 0, ms: 0 }]))
const files = readdirSync(folder).filter((name) => name.endsWith('.jpg'))
for (const name of files) {
  const bytes = readFileSync(join(folder, name))
  const whole = await fractionOf(bytes, 1)
  for (const [way, sum] of sums) {
    const start = process.cpuUsage()
    const shrink = Number(way.replace('sharp ', ''))
    const picture = way.startsWith('sharp') ? await bySharp(bytes, shrink) : await fractionOf(bytes, shrink)
    const { user, system } = process.cpuUsage(start)
    sum.ms += (user + system) / 1000
    for (const { float, int8 } of models) {
      const geometry = plan(whole, int8.preprocessor)
      const side = geometry.crop.width
      const [exact, reduced] = [whole, picture].map((each) => modelInput(each, whole, geometry, int8.preprocessor)) as [
        Uint8Array,
        Uint8Array,
      ]
      const difference = reduced.reduce((total, value, i) => total + Math.abs(value - (exact[i] as number)), 0)
      sum.difference += difference / reduced.length / models.length
      for (const [kind, model] of Object.entries({ float, int8 }) as ['float' | 'int8', Model][]) {
        const labels = [
          await topLabel(model, exact, side, kind === 'float'),
          await topLabel(model, reduced, side, kind === 'float'),
        ]
        if (labels[0] === labels[1]) sum.same[kind] += 1 / models.length
      }
    }
  }
}
for (const [way, { same, difference, ms }] of sums) {
  const share = (count: number) => ((100 * count) / files.length).toFixed(1)
  const figures = `${share(same.float)} / ${share(same.int8)} %, ${(difference / files.length).toFixed(2)} of 255, ${(ms / files.length).toFixed(1)} ms`
  console.log(`1 / ${way.replace('sharp ', '')}${way.startsWith('sharp') ? ' by sharp' : ''}`.padEnd(16), figures)
}
