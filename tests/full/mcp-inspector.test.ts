import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mcpInspector } from '@/scripts/tools/mcp-inspector.mjs'
import { startServer, type TestServer } from '../support/server'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { DIALECTS: 'mcp' } })
})
afterAll(() => server.stop())

// biome-ignore lint/suspicious/noExplicitAny: as the server has it
function inspect(...args: string[]): any {
  const all = [mcpInspector(), '--cli', `${server.url}/mcp`, '--transport', 'http', ...args]
  return JSON.parse(execFileSync(process.execPath, all, { encoding: 'utf8' }))
}

test('the MCP Inspector lists tools and resources, and classifies a photo', () => {
  const { tools } = inspect('--method', 'tools/list')
  const names = tools.map(({ name }: { name: string }) => name).sort()
  expect(names).toEqual(['classify_image', 'compare_models', 'explain_image', 'list_models'])
  // An argument has at most 128 KB.
  const photo = `image=${readFileSync('public/gallery/thumbs/goldfish-112.webp', 'base64')}`
  const { content } = inspect('--method', 'tools/call', '--tool-name', 'classify_image', '--tool-arg', photo)
  expect(content[0].text).toContain('goldfish')
  expect(inspect('--method', 'resources/list').resources.length).toBeGreaterThan(0)
})
