import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createProcessFolder } from './process-folder'
import { ownIdentity } from './process-identity'

let parent: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'own-folder-'))
})
afterEach(() => rmSync(parent, { recursive: true }))

/** A folder of another process. */
function anothers(name: string, owner: object | string, secondsAgo = 0): string {
  const path = join(parent, name)
  mkdirSync(path)
  writeFileSync(join(path, 'large.zip'), 'much')
  writeFileSync(join(path, 'owner.json'), typeof owner === 'string' ? owner : JSON.stringify(owner))
  const at = Date.now() / 1000 - secondsAgo
  utimesSync(join(path, 'owner.json'), at, at)
  return path
}

test('removes what killed processes left, but not what others still use', async () => {
  const child = spawn('sleep', ['60'])
  await once(child, 'spawn')
  const own = ownIdentity()
  const gone = anothers('uploads-gone', { ...own, started: '1' })
  const living = anothers('uploads-living', own, 3000)
  const elsewhere = { ...own, space: 'pid:[1]' }
  const silent = anothers('uploads-silent', elsewhere, 3000)
  const heard = anothers('uploads-heard', elsewhere, 60)
  const written = anothers('uploads-written', '')
  const torn = anothers('uploads-torn', '{"host')
  const other = anothers('models-gone', { ...own, started: '1' })
  mkdirSync(join(parent, 'uploads-old'))
  const folder = createProcessFolder(parent, 'uploads-')
  child.kill()
  expect([gone, silent].map((path) => existsSync(path))).toEqual([false, false])
  const kept = [living, heard, written, torn, other, folder.path].map((path) => existsSync(path))
  expect(kept).toEqual(Array(6).fill(true))
  folder.close()
  expect(existsSync(folder.path)).toBe(false)
  expect(readdirSync(parent)).toContain('uploads-old')
})
