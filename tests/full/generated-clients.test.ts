import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientGenerators, pythonClientGenerator } from '@/scripts/tools/client-generators.mjs'
import { startServer, type TestServer } from '../support/server'

// Clients that others generate from docs/openapi.json compile as they are, and classify a photo.
const DOCUMENT = resolve('docs/openapi.json')
const PHOTO = resolve('public/gallery/espresso.png')
let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startServer()
  folder = mkdtempSync(join(tmpdir(), 'generated-'))
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  symlinkSync(join(clientGenerators(), 'node_modules'), join(folder, 'node_modules'))
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
}

/** Compiles a program against generated code, strictly, and runs it with the server and a photo. */
function compileAndRun(name: string, source: string): string {
  writeFileSync(join(folder, `${name}.ts`), source)
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable']
  run('node_modules/.bin/tsc', ...strict, '--module', 'esnext', '--moduleResolution', 'bundler', `${name}.ts`)
  // Generated imports have no extensions, so it is bundled for Node.
  const bundle = [`${name}.js`, '--bundle', '--platform=node', '--format=esm', `--outfile=${name}.mjs`]
  run(resolve('node_modules/.bin/esbuild'), ...bundle, '--log-level=warning')
  return run(process.execPath, `${name}.mjs`, server.url, PHOTO)
}

test('openapi-typescript with openapi-fetch', () => {
  run('node_modules/.bin/openapi-typescript', DOCUMENT, '-o', 'schema.d.ts')
  const printed = compileAndRun(
    'fetch',
    `import { readFile } from 'node:fs/promises'
import createClient from 'openapi-fetch'
import type { paths } from './schema'

const client = createClient<paths>({ baseUrl: process.argv[2] ?? '' })
const image = (await readFile(process.argv[3] ?? '')).toString('base64')
const { data, error } = await client.POST('/api/classify', { params: { query: { top_k: 1 } }, body: { image } })
if (error) throw new Error(error.detail)
console.log(typeof data === 'string' ? '' : data.predictions[0]?.label)
const unknown = await client.GET('/api/jobs/{id}', { params: { path: { id: 'none' } } })
console.log(unknown.error?.code)
`,
  )
  expect(printed).toBe('espresso\nunknown_job\n')
})

test('@hey-api/openapi-ts', () => {
  run('node_modules/.bin/openapi-ts', '-i', DOCUMENT, '-o', 'hey', '-c', '@hey-api/client-fetch', '--silent')
  const printed = compileAndRun(
    'hey-api',
    `import { readFile } from 'node:fs/promises'
import { classify, listModels } from './hey'
import { client } from './hey/client.gen'

client.setConfig({ baseUrl: process.argv[2] ?? '' })
const image = (await readFile(process.argv[3] ?? '')).toString('base64')
const { data, error } = await classify({ body: { image, top_k: 1 } })
if (error) throw new Error(error.detail)
console.log(typeof data === 'string' ? '' : data?.predictions[0]?.label)
console.log((await listModels()).data?.models[0]?.status)
`,
  )
  expect(printed).toBe('espresso\nready\n')
})

test('openapi-python-client', () => {
  run(pythonClientGenerator('openapi-python-client'), 'generate', '--path', DOCUMENT, '--output-path', 'python')
  mkdirSync(join(folder, 'python'), { recursive: true })
  const program = `
import sys
from vision_object_classifier_client import AuthenticatedClient
from vision_object_classifier_client.api.jobs import job
from vision_object_classifier_client.api.photos import classify
from vision_object_classifier_client.models import Classification, ClassifyFilesBody, Problem
from vision_object_classifier_client.types import File

# The token is a key of the API, where the server requires one.
client = AuthenticatedClient(base_url=sys.argv[1], token="not-needed-here")
with open(sys.argv[2], "rb") as photo:
    body = ClassifyFilesBody(file=File(payload=photo, file_name="photo.png"))
    result = classify.sync(client=client, body=body)
assert isinstance(result, Classification), result
print(result.predictions[0].label)
unknown = job.sync("none", client=client)
assert isinstance(unknown, Problem)
print(unknown.code.value)
`
  writeFileSync(join(folder, 'python', 'program.py'), program)
  const types = ['--strict', '--follow-imports', 'silent', 'program.py']
  const options = { cwd: join(folder, 'python'), encoding: 'utf8' } as const
  expect(execFileSync(pythonClientGenerator('mypy'), types, options)).toContain('no issues found')
  const printed = execFileSync(pythonClientGenerator('python'), ['program.py', server.url, PHOTO], options)
  expect(printed).toBe('espresso\nunknown_job\n')
})
