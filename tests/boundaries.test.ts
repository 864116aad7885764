import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkBoundaries } from '../scripts/test/boundaries'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'boundaries-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

test('the app follows every rule, and its modules are read', () => {
  const { modules, violations } = checkBoundaries('.')
  expect(violations).toEqual([])
  expect(modules).toBeGreaterThan(40)
})

test.each([
  ['shared-has-no-node', 'lib/shared/a.ts', "import 'node:fs'"],
  ['shared-has-no-node', 'lib/shared/a.ts', "import { join } from 'path'"],
  ['shared-is-lowest-layer', 'lib/shared/a.ts', "import type { X } from '@/lib/server/x'"],
  ['clients-use-nothing', 'clients/typescript/a.ts', "import type { X } from '@/lib/server/x'"],
  ['clients-use-nothing', 'clients/typescript/a.ts', "import 'node:fs'"],
  ['client-uses-only-shared', 'lib/client/a.ts', "export * from '../server/x'"],
  ['client-has-no-node', 'components/a.tsx', "import 'node:os'\nexport const A = () => <div />"],
  ['components-use-no-server', 'components/a.tsx', "const x = await import('@/lib/server/x')"],
  ['server-uses-no-pages', 'lib/server/http/a.ts', "import '@/components/x'"],
  ['pages-use-server-pages-only', 'app/page.tsx', "import '@/lib/server/x'"],
  ['routes-use-runtime-only', 'app/api/route.ts', "import '@/lib/server/x'"],
  ['entry-points-use-no-pages', 'bin/a.ts', "import '@/components/x'"],
  ['onnxruntime-web-in-device', 'lib/client/photos/a.ts', "import 'onnxruntime-web/wasm'"],
  ['image-is-lowest-layer', 'lib/server/image/a.ts', "import '../engine/x'"],
  ['engine-uses-no-entry-points', 'lib/server/engine/a.ts', "import '../http/x'"],
  ['custom-models-use-no-http', 'lib/server/custom-models/a.ts', "import '../http/x'"],
  ['feedback-uses-no-http', 'lib/server/feedback/a.ts', "import '../http/x'"],
  ['jobs-use-no-http', 'lib/server/jobs/a.ts', "import '../http/x'"],
  ['infrastructure-uses-no-features', 'lib/server/catalog/a.ts', "import '../engine/x'"],
  ['onnxruntime-in-engine', 'lib/server/http/a.ts', "import 'onnxruntime-node'"],
  ['koffi-in-image', 'lib/server/image/decode.ts', "import koffi from 'koffi'"],
  ['sharp-in-image', 'lib/server/engine/a.ts', "import sharp from 'sharp'"],
  ['libheif-in-image', 'lib/server/engine/a.ts', "import 'libheif-js'"],
  ['bullmq-in-jobs', 'lib/server/http/a.ts', "import 'bullmq'"],
  ['ioredis-in-redis', 'lib/server/jobs/a.ts', "import { Redis } from 'ioredis'"],
  ['grpc-in-grpc', 'lib/server/http/a.ts', "import { Server } from '@grpc/grpc-js'"],
  ['aws-in-storage', 'lib/server/http/a.ts', "import '@aws-sdk/client-s3'"],
  ['product-imports-no-tests', 'lib/server/a.ts', "import '../../tests/x'"],
  ['no-unresolved-imports', 'lib/server/a.ts', "import './nowhere'"],
])('enforces %s in %s', (rule, file, source) => {
  for (const target of [
    'lib/server/x.ts',
    'lib/server/http/x.ts',
    'lib/server/engine/x.ts',
    'components/x.tsx',
    'tests/x.ts',
  ]) {
    write(target, 'export {}')
  }
  write(file, source)
  const { violations } = checkBoundaries(root)
  expect(violations).toHaveLength(1)
  expect(violations[0]).toMatch(new RegExp(`^${rule}: `))
})

test('finds a cycle, and accepts a diamond', () => {
  write('lib/shared/a.ts', "import './b'\nimport './c'")
  write('lib/shared/b.ts', "import './d'")
  write('lib/shared/c.ts', "import './d'")
  write('lib/shared/d.ts', 'export {}')
  expect(checkBoundaries(root).violations).toEqual([])
  write('lib/shared/d.ts', "import './a'")
  expect(checkBoundaries(root).violations[0]).toMatch(/^no-cycles: /)
})
