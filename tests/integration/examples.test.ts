import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { as } from '../support/photos'
import { startServer, type TestServer } from '../support/server'

const run = promisify(execFile)
const readme = readFileSync('README.md', 'utf8')

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startServer()
  folder = mkdtempSync(join(tmpdir(), 'examples-'))
  writeFileSync(join(folder, 'photo.jpg'), await as('jpeg'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
})

/** The README's example in a language, with the URL of the test server. */
function example(language: string): string {
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, text]) => text ?? '',
  )
  const text = blocks.find((block) => block.includes('/api/classify'))
  expect(text, `an example in ${language}`).toBeDefined()
  return (text as string).replaceAll('http://localhost:3000', server.url)
}

async function available(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  )
}

test('curl', async (context) => {
  if (!(await available('curl'))) context.skip('curl is not installed')
  const { stdout } = await run('sh', ['-c', example('sh')], { cwd: folder })
  expect(JSON.parse(stdout).predictions).toHaveLength(3)
  expect(JSON.parse(stdout).predictions[0].label).toBe('espresso')
})

test('Python', async (context) => {
  if (!(await available('python3'))) context.skip('python3 is not installed')
  const { stdout } = await run('python3', ['-c', example('python')], { cwd: folder })
  expect(stdout).toMatch(/^espresso 0\.\d{3}\n$/)
})

test('TypeScript', async () => {
  writeFileSync(join(folder, 'example.mts'), example('ts'))
  const { stdout } = await run(resolve('node_modules/.bin/tsx'), ['example.mts'], { cwd: folder })
  expect(stdout).toMatch(/label: 'espresso'[\s\S]*false \d+(\.\d+)?\n$/)
})
