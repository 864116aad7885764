// npm run deploy:space -- --space owner/name: publishes a Hugging Face Space from this working tree. With --out
// <folder>, writes the files there and pushes nothing.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { commit, createRepo, listFiles, repoExists } from '@huggingface/hub'
import { spaceFiles } from './files'

const USAGE = 'npm run deploy:space -- --space owner/name (with HF_TOKEN), or --out <folder> to inspect the files'

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { space: { type: 'string' }, out: { type: 'string' } } })
  const files = spaceFiles()
  if (values.out !== undefined) return write(files, values.out)
  if (!/^[\w.-]+\/[\w.-]+$/.test(values.space ?? '')) throw new Error(USAGE)
  await push(files, values.space ?? '')
}

function write(files: ReadonlyMap<string, Uint8Array>, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  console.log(`Wrote ${files.size} files to ${folder}.`)
}

/** One commit that adds, updates and deletes files. */
async function push(files: ReadonlyMap<string, Uint8Array>, name: string): Promise<void> {
  const accessToken = process.env.HF_TOKEN
  if (!accessToken) throw new Error('HF_TOKEN is not set. Set it to a huggingface.co token with write access.')
  const repo = { type: 'space', name } as const
  const hubUrl = process.env.HF_ENDPOINT || 'https://huggingface.co'
  const common = { repo, accessToken, hubUrl }
  if (!(await repoExists(common))) await createRepo({ ...common, sdk: 'docker' })
  const gone: string[] = []
  for await (const { path, type } of listFiles({ ...common, recursive: true })) {
    if (type === 'file' && path !== '.gitattributes' && !files.has(path)) gone.push(path)
  }
  await commit({
    ...common,
    title: 'Deploy',
    operations: [
      ...gone.map((path) => ({ operation: 'delete' as const, path })),
      ...[...files].map(([path, content]) => ({
        operation: 'addOrUpdate' as const,
        path,
        content: new Blob([content as BlobPart]),
      })),
    ],
  })
  console.log(`${hubUrl}/spaces/${name} is building ${files.size} files; ${gone.length} were deleted.`)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
