#!/usr/bin/env node
// The `vision` command: installs and builds what is missing, then runs it. Paths on the command line are relative to
// the caller's folder.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const built = join(root, 'dist', 'vision.js')
if (!existsSync(built)) {
  const here = process.cwd()
  process.chdir(root)
  const { buildOnce, install, requireNode } = await import('../scripts/steps.mjs')
  requireNode()
  if (!install() || !buildOnce()) process.exit(1)
  process.chdir(here)
}
await import(pathToFileURL(built).href)
