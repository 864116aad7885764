import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll } from 'vitest'
import { textImagePython } from '@/scripts/tools/text-image-python.mjs'
import { testTextImage } from '../support/test-text-image'

/** With the whole vocabulary of CLIP, and NFKC in SigLIP's as published: both made now, by transformers itself. */
const made = mkdtempSync(join(tmpdir(), 'text-image-golden-'))

beforeAll(() => {
  const { program, env } = textImagePython()
  execFileSync(program, ['tests/parity/make_text_image.py', made], {
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
})

testTextImage(() => made)
