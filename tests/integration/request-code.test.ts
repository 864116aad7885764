import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLIENT_CODE } from '@/lib/shared/contract/client-code'
import { type CodeLanguage, type CodeRequest, REQUEST_CODE } from '@/lib/shared/contract/request-code'
import { clientPython } from '@/scripts/tools/client-python.mjs'
import { REAL_MODEL } from '../support/models'
import { startServer, type TestServer } from '../support/server'

const run = promisify(execFile)
const FILE = `it's a photo.png`
let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startServer({ env: { ...REAL_MODEL, DIALECTS: 'all' } })
  folder = mkdtempSync(join(tmpdir(), 'code-'))
  copyFileSync('public/gallery/espresso.png', join(folder, FILE))
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await server.stop()
})

const PROGRAMS: Record<CodeLanguage, (code: string) => [program: string, args: string[]]> = {
  cURL: (code) => ['sh', ['-c', `${code} -sS`]],
  Python: (code) => [join(process.cwd(), clientPython()), ['-c', code]],
  TypeScript: (code) => {
    writeFileSync(join(folder, 'code.mjs'), code)
    return [process.execPath, ['code.mjs']]
  },
}
const REQUESTS: [string, Omit<CodeRequest, 'url'> & { path: string }, RegExp][] = [
  ['a file', { method: 'POST', path: '/api/classify?top_k=1', body: { file: FILE } }, /"label":"espresso"/],
  [
    'a form',
    {
      method: 'POST',
      path: '/api/classify',
      body: {
        form: [
          ['top_k', '1'],
          ['file', { file: FILE }],
        ],
      },
    },
    /"label":"espresso"/,
  ],
  [
    'JSON',
    { method: 'POST', path: '/api/jobs', body: { text: '{"open": true, "top_k": 2}', type: 'application/json' } },
    /"top_k":2/,
  ],
  ['no body', { method: 'GET', path: '/api/models' }, /"models":\[/],
]

test.each(Object.keys(PROGRAMS) as CodeLanguage[])('the code in %s sends what it says', async (language) => {
  for (const [what, { path, ...request }, expected] of REQUESTS) {
    const [program, args] = PROGRAMS[language](REQUEST_CODE[language]({ ...request, url: server.url + path }))
    const { stdout } = await run(program, args, { cwd: folder })
    expect([what, stdout]).toEqual([what, expect.stringMatching(expected)])
  }
})

const RESULTS = { classify: /espresso/, embed: /\d\.\d+(e-\d+)?, /, explain: /^\[\[\[\[-?\d/ }
const LANGUAGE = { shell: 'cURL', python: 'Python', javascript: 'TypeScript' } as const

test.each(CLIENT_CODE.map((each) => [`${each.name}, ${each.endpoint}`, each] as const))(
  'the code for %s gets its result',
  async (_, { endpoint, language, code }) => {
    const request = { site: server.url, endpoint, model: 'fast', topK: 2, file: FILE }
    const [program, args] = PROGRAMS[LANGUAGE[language]](code(request).trimEnd())
    const { stdout } = await run(program, args, { cwd: folder, maxBuffer: 1e7 })
    expect(stdout).toMatch(RESULTS[endpoint])
  },
)
