// npm run export: writes the site as a folder of files. See docs/device.md.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { buildFor } from './build-for'
import { startDeviceServer } from './device-server'
import { type ExportOptions, exportOptions } from './options'
import { writeSite } from './write-site'

/** Marks a folder that was written by an export, and may be replaced by the next one. */
const MARK = '.vision-export'

async function main(): Promise<void> {
  const options = exportOptions(process.argv.slice(2))
  if (typeof options === 'string') return console.log(options)
  requireReplaceable(options.out)
  const build = buildFor(options.base)
  try {
    const server = await startDeviceServer(build.root, options.base)
    try {
      await writeFolder({ ...options, root: build.root, url: server.url })
    } finally {
      await server.stop()
    }
  } finally {
    build.remove()
  }
  printSummary(options)
}

/** Writes into a folder beside it, which takes its place when it is complete. */
async function writeFolder(site: ExportOptions & { root: string; url: string }): Promise<void> {
  const target = resolve(site.out)
  mkdirSync(dirname(target), { recursive: true })
  const partial = mkdtempSync(join(dirname(target), `.${basename(target)}-`))
  try {
    await writeSite({ ...site, out: partial })
    writeFileSync(join(partial, MARK), '')
    rmSync(target, { recursive: true, force: true })
    renameSync(partial, target)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** @throws Error if the folder has files that no export has written */
function requireReplaceable(out: string): void {
  if (!existsSync(out)) return
  const names = readdirSync(out)
  if (names.length > 0 && !names.includes(MARK)) throw new Error(`${out} has other files; choose another folder`)
}

/** What belongs together, by path. The first that matches counts. */
const PARTS: readonly [name: string, pattern: RegExp][] = [
  ['models', /^api\//],
  ['runtimes (WebAssembly)', /\.wasm$/],
  ['gallery', /^gallery\//],
  ['pages and scripts', /./],
]

function printSummary({ out, base }: ExportOptions): void {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(out, name)).isFile(),
  )
  const sums = new Map(PARTS.map(([name]) => [name, 0]))
  for (const file of files) {
    const [part = ''] = PARTS.find(([, pattern]) => pattern.test(file.replaceAll('\\', '/'))) ?? []
    sums.set(part, (sums.get(part) ?? 0) + statSync(join(out, file)).size)
  }
  const total = [...sums.values()].reduce((sum, bytes) => sum + bytes, 0)
  for (const [name, bytes] of sums) console.log(`${megabytes(bytes)}  ${name}`)
  console.log(`${megabytes(total)}  in ${files.length} files in ${out}`)
  console.log(`\nServe this folder as ${base || '/'} over HTTPS. docs/device.md says how.`)
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`.padStart(10)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
