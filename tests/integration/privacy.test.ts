import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { classify } from '../support/http'
import { REAL_MODEL } from '../support/models'
import { espresso } from '../support/photos'
import { residentBytes, startServer, type TestServer } from '../support/server'

/** Written by other programs during the tests. */
const NOT_OURS = new Set(['node_modules', '.git', 'test-results'])
const WRITABLE = 0o3

let home: string
let server: TestServer
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'home-'))
  const homes = { HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home }
  server = await startServer({ env: { ...REAL_MODEL, ...homes, ENGINE_WORKERS: '2', LOG_LEVEL: 'warn' } })
})
afterEach(async () => {
  await server.stop()
  rmSync(home, { recursive: true })
})

/** Files in a folder that changed after a point in time. */
function changedSince(folder: string, moment: number): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (NOT_OURS.has(entry.name) || entry.isSymbolicLink()) return []
    if (entry.isDirectory()) return changedSince(path, moment)
    return statSync(path).mtimeMs > moment ? [path] : []
  })
}

/** Regular files, including deleted ones, that a process has open for writing. */
function openToWrite(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`)
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0'
      const ordinary = target.startsWith('/') && !target.startsWith('/dev/')
      return ordinary && (Number.parseInt(flags, 8) & WRITABLE) > 0 ? [target] : []
    } catch {
      return [] // Closed in the meantime.
    }
  })
}

test('writes no upload to disk, whatever its outcome, and releases its memory', async () => {
  const start = Date.now()
  const large = await sharp(espresso).resize(4000, 3000, { fit: 'fill' }).jpeg().toBuffer()
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(large)]), 'large.jpg')
  const bodies = [espresso, large, large.subarray(0, large.length / 2), Buffer.from('not a photo')]
  const seen = new Set<string>()
  // A file may be deleted again before anyone looks.
  const watcher = watch(home, { recursive: true }, (_, name) => seen.add(String(name)))
  async function round(): Promise<void> {
    const replies = bodies.map((body) => classify(server.url, body))
    replies.push(fetch(`${server.url}/api/classify?preview=1`, { method: 'POST', body: form }))
    for (const pid of [server.child.pid as number, ...server.workers()]) {
      for (const path of openToWrite(pid)) seen.add(path)
    }
    for (const reply of await Promise.all(replies)) await reply.arrayBuffer()
  }
  for (let i = 0; i < 10; i++) await round()
  const warm = residentBytes(server)
  for (let i = 0; i < 40; i++) await round()
  expect(residentBytes(server)).toBeLessThan(1.25 * warm)
  watcher.close()
  expect([...seen]).toEqual([])
  expect(changedSince(home, 0)).toEqual([])
  expect(changedSince('.', start)).toEqual([])
})
