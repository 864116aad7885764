import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALL_MODELS } from '../support/models'
import { as } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

const run = promisify(execFile)
const page = readFileSync('docs/start-api.md', 'utf8')
const readme = readFileSync('README.md', 'utf8')

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startServer({ env: ALL_MODELS })
  folder = mkdtempSync(join(tmpdir(), 'examples-'))
  writeFileSync(join(folder, 'photo.jpg'), await as('jpeg'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
})

/** The first example of a page in a language, unchanged except for the server's URL. */
function example(language: string, text = page): string {
  const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text]) => text ?? '',
  )
  const code = blocks.find((block) => block.includes('/api/classify'))
  expect(code, `an example in ${language}`).toBeDefined()
  return (code as string).replaceAll('http://localhost:3000', server.url)
}

async function available(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  )
}

test.for([
  ['docs/start-api.md', page],
  ['README.md', readme],
] as const)('the curl example of %s runs', async ([, text], context) => {
  if (!(await available('curl'))) context.skip('curl is not installed')
  const { stdout } = await run('sh', ['-c', example('sh', text)], { cwd: folder })
  expect(JSON.parse(stdout).predictions).toHaveLength(3)
  expect(JSON.parse(stdout).predictions[0].label).toBe('espresso')
})

test('the Python example runs', async (context) => {
  if (!(await available('python3'))) context.skip('python3 is not installed')
  const { stdout } = await run('python3', ['-c', example('python')], { cwd: folder })
  expect(stdout).toMatch(/^espresso 0\.\d{3}\n$/)
})

test('the JavaScript example runs', async () => {
  writeFileSync(join(folder, 'example.mjs'), example('js'))
  const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: folder })
  expect(stdout).toMatch(/label: 'espresso'[\s\S]*false \d+(\.\d+)?\n$/)
})
