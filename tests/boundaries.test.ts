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

test('the product itself keeps every rule, and was really read', () => {
  const { modules, violations } = checkBoundaries('.')
  expect(violations).toEqual([])
  expect(modules).toBeGreaterThan(40)
})

test.each([
  ['shared-has-no-node', 'lib/shared/a.ts', "import 'node:fs'"],
  ['shared-has-no-node', 'lib/shared/a.ts', "import { join } from 'path'"],
  ['shared-is-the-floor', 'lib/shared/a.ts', "import type { X } from '@/lib/server/x'"],
  ['client-stands-on-shared', 'lib/client/a.ts', "export * from '../server/x'"],
  ['client-has-no-node', 'components/a.tsx', "import 'node:os'\nexport const A = () => <div />"],
  ['components-know-no-server', 'components/a.tsx', "const x = await import('@/lib/server/x')"],
  ['server-knows-no-page', 'lib/server/http/a.ts', "import '@/components/x'"],
  ['pages-read-through-one-door', 'app/page.tsx', "import '@/lib/server/x'"],
  ['routes-mount-the-runtime', 'app/api/route.ts', "import '@/lib/server/x'"],
  ['entries-import-no-page', 'bin/a.ts', "import '@/components/x'"],
  ['image-is-lowest', 'lib/server/image/a.ts', "import '../engine/x'"],
  ['engine-knows-no-door', 'lib/server/engine/a.ts', "import '../http/x'"],
  ['feedback-knows-no-http', 'lib/server/feedback/a.ts', "import '../http/x'"],
  ['jobs-know-no-http', 'lib/server/jobs/a.ts', "import '../http/x'"],
  ['below-the-line', 'lib/server/catalog/a.ts', "import '../engine/x'"],
  ['onnxruntime-in-engine', 'lib/server/http/a.ts', "import 'onnxruntime-node'"],
  ['sharp-in-image', 'lib/server/engine/a.ts', "import sharp from 'sharp'"],
  ['libheif-in-image', 'lib/server/engine/a.ts', "import 'libheif-js'"],
  ['bullmq-in-jobs', 'lib/server/http/a.ts', "import 'bullmq'"],
  ['ioredis-in-redis', 'lib/server/jobs/a.ts', "import { Redis } from 'ioredis'"],
  ['aws-in-storage', 'lib/server/http/a.ts', "import '@aws-sdk/client-s3'"],
  ['product-leaves-tests-alone', 'lib/server/a.ts', "import '../../tests/x'"],
  ['nothing-unresolved', 'lib/server/a.ts', "import './nowhere'"],
])('%s bites on %s', (rule, file, source) => {
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

test('a circle is found, a diamond is not one', () => {
  write('lib/shared/a.ts', "import './b'\nimport './c'")
  write('lib/shared/b.ts', "import './d'")
  write('lib/shared/c.ts', "import './d'")
  write('lib/shared/d.ts', 'export {}')
  expect(checkBoundaries(root).violations).toEqual([])
  write('lib/shared/d.ts', "import './a'")
  expect(checkBoundaries(root).violations[0]).toMatch(/^no-circles: /)
})
