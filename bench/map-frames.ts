import { chromium } from '@playwright/test'
import { build } from 'esbuild'
import { chromiumPath } from '../scripts/tools/chromium.mjs'
import { median } from './measure'

/** The page with nothing but the map; colors are those of the light theme. */
const PAGE = `<!doctype html><style>canvas { --card: #fff; --ink: #000; --accent: teal; --map-other: gray;
${Array.from({ length: 10 }, (_, at) => `--map-${at + 1}: hsl(${36 * at} 60% 45%);`).join('')}
width: 880px; height: 544px; display: block }</style><div tabindex="0"><canvas width="880" height="544"></canvas></div>`

const SCRIPT = `
import { MapControl } from '@/lib/client/photo-map/control'
import { MapPicture } from '@/lib/client/photo-map/picture'
import { MapPoints } from '@/lib/client/photo-map/points'
window.start = (list) => {
  const points = new MapPoints(Float32Array.from(list))
  const canvas = document.querySelector('canvas')
  const picture = new MapPicture(canvas, points)
  const groups = {
    list: Array.from({ length: 11 }, (_, at) => ({ key: '', kind: 'label', color: at < 10 ? at : null, photos: 1 })),
    of: Uint8Array.from({ length: points.size }, (_, at) => at % 11),
  }
  const fit = points.fit(880, 544, 24)
  const control = new MapControl(canvas, {
    isLasso: () => false, onPoint: () => {}, onPress: () => {}, onLine: () => {}, onLasso: () => {},
    onMove: () => picture.show({ frame: control.frame(fit), groups, chosen: null, current: null, line: [] }),
  })
  control.resize(880, 544)
  control.zoomBy(1)
  window.frames_ = []
  const original = picture.draw.bind(picture)
  picture.draw = () => {
    const start = performance.now()
    original()
    window.frames_.push([start, performance.now() - start])
  }
}`

const SECONDS = 4

/** Drags the map to and fro in Chromium without a GPU, and says how many frames were drawn. */
export async function dragged(points: Float32Array): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    tsconfig: 'tsconfig.json',
  })
  const executablePath = chromiumPath()
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  try {
    const page = await browser.newPage({ viewport: { width: 880, height: 544 } })
    await page.setContent(PAGE)
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' })
    await page.evaluate(`start(${JSON.stringify(Array.from(points))})`)
    await page.mouse.move(440, 272)
    await page.mouse.down()
    const start = await page.evaluate<number>('performance.now()')
    const devtools = await page.context().newCDPSession(page)
    // CPU time, since other programs may share the cores.
    await devtools.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' })
    await devtools.send('Performance.enable')
    const cpu = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
    }
    const before = await cpu()
    const until = performance.now() + 1000 * SECONDS
    for (let step = 0; performance.now() < until; step++) {
      await page.mouse.move(440 + 200 * Math.sin(step / 20), 272 + 90 * Math.cos(step / 20))
    }
    const busy = (await cpu()) - before
    const end = await page.evaluate<number>('performance.now()')
    const frames = await page.evaluate<[number, number][]>('window.frames_')
    const times = frames.filter(([at]) => at >= start).map(([, ms]) => ms)
    const perSecond = (1000 * times.length) / (end - start)
    return `${points.length / 2} points, dragged for ${((end - start) / 1000).toFixed(1)} s in Chromium without a GPU: ${perSecond.toFixed(0)} frames per second; one takes ${median(times).toFixed(1)} ms, and ${((1000 * busy) / times.length).toFixed(1)} ms of CPU time with all that the page does`
  } finally {
    await browser.close()
  }
}
