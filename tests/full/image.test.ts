import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Classification } from '@/lib/shared/contract/contract'
import { buildImage, canBuildImages, type Image, makeBaseImages, serveImage, startContainer } from '../support/image'
import { createJob, jobDone } from '../support/jobs'
import { distinctPhotos, formOf } from '../support/many-photos'
import { espresso } from '../support/photos'
import { startS3 } from '../support/s3'
import { startRedis } from '../support/services'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const koala = readFileSync('tests/e2e/photos/koala.heic')
const REVISION = 'abcdef0123456789'
const MEGABYTE = 1_000_000
/** The e_machine field of an ELF file. */
const MACHINES: Record<string, number> = { x64: 62, arm64: 183 }

// Building the image needs root, buildah and debootstrap. With a Docker engine, `docker build` does the same.
describe.skipIf(!canBuildImages())('the image from the Dockerfile', () => {
  let image: Image
  beforeAll(() => {
    makeBaseImages('docker.io/library/debian:bookworm-slim', 'docker.io/library/node:24-bookworm-slim')
    image = buildImage('vision-test', { args: { REVISION } })
  }, 900_000)
  afterAll(() => image?.remove())

  const files = () =>
    readdirSync(join(image.root, 'app'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(image.root, join(entry.parentPath, entry.name)))

  test('is small, runs unprivileged, and declares its stop signal and health check', () => {
    const { User, StopSignal, Healthcheck, Volumes, Labels, ExposedPorts } = image.config
    expect(User).toBe('1000:1000')
    expect(StopSignal).toBe('SIGTERM')
    expect(Healthcheck.Test[0]).toBe('CMD')
    expect(Object.keys(Volumes).sort()).toEqual(['/app/data', '/tmp'])
    expect(Object.keys(ExposedPorts)).toEqual(['3000/tcp'])
    expect(Labels['org.opencontainers.image.revision']).toBe(REVISION)
    expect(Labels['org.opencontainers.image.licenses']).toBe('Apache-2.0')
    expect(image.bytes).toBeLessThan(400 * MEGABYTE)
    console.log(`the image has ${Math.round(image.bytes / MEGABYTE)} MB`)
  })

  test('contains only what runs: no sources, tests, source maps, tools or binaries for other platforms', () => {
    const all = files()
    expect(all.filter((path) => /\.(ts|tsx|map)$|^app\/(tests|bench|infra|docs|scripts)\//.test(path))).toEqual([])
    for (const tool of ['typescript', 'esbuild', '@biomejs/biome', 'vitest', 'sst', 'tsx', '@next/swc-linux-x64-gnu']) {
      expect([tool, all.some((path) => path.startsWith(`app/node_modules/${tool}/`))]).toEqual([tool, false])
    }
    const binaries = all.filter((path) => /\.(node|so|dylib|dll)(\.[\d.]+)?$/.test(path))
    expect(binaries.length).toBeGreaterThanOrEqual(4)
    expect(binaries.filter((path) => path.endsWith('/koffi.node'))).toHaveLength(1)
    for (const path of binaries) {
      const header = readFileSync(join(image.root, path)).subarray(0, 20)
      const machine = header.toString('latin1', 1, 4) === 'ELF' ? header.readUInt16LE(18) : 0
      expect([path, machine]).toEqual([path, MACHINES[process.arch]])
    }
  })

  test('lists its contents', () => {
    const sbom = JSON.parse(readFileSync(join(image.root, 'app/sbom.cdx.json'), 'utf8')) as {
      specVersion: string
      metadata: { component: { version: string } }
      components: { name: string; version: string; type: string }[]
    }
    expect([sbom.specVersion, sbom.metadata.component.version]).toEqual(['1.6', `${version}+${REVISION.slice(0, 12)}`])
    const names = new Set(sbom.components.map(({ name }) => name))
    const installed = files().flatMap(
      (path) => /^app\/node_modules\/((?:@[^/]+\/)?[^/]+)\/package\.json$/.exec(path)?.[1] ?? [],
    )
    // Part of a bundle, of the pages, and of a package that is a bundle itself.
    const bundled = ['hono', '@grpc/grpc-js', '@base-ui/react', 'swagger-ui-dist', 'ajv']
    for (const name of [...installed, ...bundled, 'libjemalloc2', 'libc6', 'node', 'efficientnet-lite1-int8']) {
      expect([name, names.has(name)]).toEqual([name, true])
    }
    expect(files()).toContain('app/LICENSE')
  })

  test('starts with a read-only root, classifies, is healthy, and finishes running work when stopped', async () => {
    const container = await serveImage(image, { SHUTDOWN_DELAY_MS: '1000' })
    const status = (await (await fetch(`${container.url}/health/status`)).json()) as { version: string; status: string }
    expect([status.status, status.version]).toEqual(['ok', `${version}+${REVISION.slice(0, 12)}`])
    for (const path of ['/', '/batch', '/models', '/gallery', '/history', '/compare', '/api-docs']) {
      const page = await fetch(container.url + path)
      if (page.status !== 200) throw new Error(`${path} is ${page.status}:\n${container.output()}`)
      expect([path, page.status, (await page.text()).includes('</html>')]).toEqual([path, 200, true])
    }
    const answer = await fetch(`${container.url}/api/classify`, { method: 'POST', body: espresso as BodyInit })
    expect(((await answer.json()) as Classification).predictions[0]?.label).toBe('espresso')
    // Its decoder is a separate thread that loads a file.
    const heic = await fetch(`${container.url}/api/classify`, { method: 'POST', body: koala as BodyInit })
    expect(((await heic.json()) as Classification).predictions[0]?.label).toBe('koala')

    const { pid } = container.child
    expect(readFileSync(`/proc/${pid}/maps`, 'utf8')).toContain('libjemalloc')
    expect(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]).toBe('1000')
    const write = startContainer(image, {}, ['node', '-e', "require('fs').writeFileSync('/app/x','')"])
    await new Promise((ended) => write.child.once('close', ended))
    expect(write.output()).toMatch(/EROFS/)

    // More photos than can be finished before the signal. As behind a load balancer, it keeps serving for a moment.
    const many = Array.from({ length: 40 }, () =>
      fetch(`${container.url}/api/classify`, { method: 'POST', body: espresso as BodyInit }).then(
        ({ status: code }) => code,
      ),
    )
    await many[0]
    expect(await container.stop()).toBe(0)
    expect(new Set(await Promise.all(many))).toEqual(new Set([200]))
  })

  test('its health check succeeds while it serves and fails otherwise', async () => {
    const container = await serveImage(image)
    const [, ...command] = image.config.Healthcheck.Test
    const ask = async (port: string) => {
      const { child } = startContainer(image, { PORT: port }, command)
      return new Promise((ended) => child.once('close', ended))
    }
    expect(await ask(new URL(container.url).port)).toBe(0)
    await container.stop()
    expect(await ask(new URL(container.url).port)).toBe(1)
  })

  test('also runs the batch worker and the CLI', async () => {
    const alone = startContainer(image, {}, ['node', 'dist/worker.js'])
    expect(await new Promise((ended) => alone.child.once('close', ended))).toBe(1)
    expect(alone.output()).toMatch(/^REDIS_URL and BUCKET are not set.*\n$/)
    const command = startContainer(image, {}, ['node', 'dist/vision.js', 'models', 'list'])
    expect(await new Promise((ended) => command.child.once('close', ended))).toBe(0)
    expect(command.output()).toContain('efficientnet-lite1-int8')

    const [redis, s3] = await Promise.all([startRedis(), startS3()])
    const shared = {
      REDIS_URL: redis.url,
      BUCKET: s3.bucket,
      AWS_ENDPOINT_URL: s3.url,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
    }
    const web = await serveImage(image, shared)
    const worker = startContainer(image, shared, ['node', 'dist/worker.js'])
    await worker.printed(/ready for batch work/)
    const { id } = await createJob(web.url, formOf(distinctPhotos(20)), '?model=fast')
    expect((await jobDone(web.url, id)).counts).toMatchObject({ ok: 20, failed: 0 })
    expect(await worker.stop()).toBe(0)
    expect(await web.stop()).toBe(0)
    await redis.stop()
  })
})

describe.skipIf(!canBuildImages())('the folder for a Hugging Face Space', () => {
  const folder = mkdtempSync(join(tmpdir(), 'space-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('builds as it is, and serves on its own port in a frame on huggingface.co', async () => {
    execFileSync('node_modules/.bin/tsx', ['scripts/space/space.ts', '--out', folder], { stdio: 'inherit' })
    makeBaseImages('docker.io/library/debian:bookworm-slim', 'docker.io/library/node:24-bookworm-slim')
    const image = buildImage('vision-space-test', { context: folder, file: join(folder, 'Dockerfile') })
    try {
      const port = /^app_port: (\d+)$/m.exec(readFileSync(join(folder, 'README.md'), 'utf8'))?.[1]
      expect(image.config.Env).toContain(`PORT=${port}`)
      const container = startContainer(image)
      await container.printed(/"msg":"listening"/)
      const page = await fetch(`http://127.0.0.1:${port}/`)
      expect(page.status).toBe(200)
      expect(page.headers.get('content-security-policy')).toContain('frame-ancestors https://huggingface.co')
      const answer = await fetch(`http://127.0.0.1:${port}/api/classify`, {
        method: 'POST',
        body: espresso as BodyInit,
      })
      expect(((await answer.json()) as Classification).predictions[0]?.label).toBe('espresso')
      expect(await container.stop()).toBe(0)
    } finally {
      image.remove()
    }
  }, 900_000)
})
