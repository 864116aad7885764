// npm run bench -- keys: CPU time of a server and its worker process per photo with an API key, compared with a server
// without keys in the same round. Options: --rounds 15 --photos 200
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { CreateKey, NewApiKey } from '@/lib/shared/contract/keys'
import { startServer } from '../tests/support/server'
import { compareCpu, type Way } from './compare-cpu'
import { machine } from './machine'
import { photos } from './photos'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { rounds: { type: 'string', default: '15' }, photos: { type: 'string', default: '200' } },
})
const OPERATOR = 'operator-of-the-benchmark'
const [photo = Buffer.of()] = await photos(500)
const data = mkdtempSync(join(tmpdir(), 'bench-keys-'))
// No cache, so that every photo is run.
const common = { LOG_LEVEL: 'warn', RESULT_CACHE_BYTES: '0' }
const [open, keyed] = await Promise.all([
  startServer({ env: common }),
  startServer({ env: { ...common, API_KEYS: 'required', ADMIN_TOKEN: OPERATOR, DATA_DIR: data } }),
])

async function createKey(terms: Partial<CreateKey> & { name: string }): Promise<string> {
  const reply = await fetch(`${keyed.url}/api/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json' },
    body: JSON.stringify(terms),
  })
  return ((await reply.json()) as NewApiKey).secret
}

function way(name: string, { pid, url }: { pid: number; url: string }, secret?: string): Way {
  const headers: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` }
  return {
    name,
    pid,
    async send() {
      const reply = await fetch(`${url}/api/classify`, { method: 'POST', headers, body: new Uint8Array(photo) })
      await reply.arrayBuffer()
      if (reply.status !== 200) throw new Error(`${name}: ${reply.status}`)
    },
  }
}

console.log(`${machine()}\nCPU time per photo, median of ${values.rounds} rounds\n`)
try {
  const plain = await createKey({ name: 'plain' })
  const limited = await createKey({ name: 'limited', monthly_quota: 1_000_000 })
  const ways = [
    way('API_KEYS=off', open),
    way('API_KEYS=required, a key', keyed, plain),
    way('API_KEYS=required, a key with a quota', keyed, limited),
  ]
  await compareCpu(ways, Number(values.rounds), Number(values.photos))
} finally {
  await Promise.all([open.stop(), keyed.stop()])
  rmSync(data, { recursive: true })
}
