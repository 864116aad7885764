// npm run deploy:space -- --space owner/name: a Space of Hugging Face from this tree. With --out <folder>, writes the files there and pushes nothing.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { commit, createRepo, listFiles, repoExists } from '@huggingface/hub'
import { spaceFiles } from './files'

const USAGE = 'npm run deploy:space -- --space owner/name (with HF_TOKEN), or --out <folder> to look first'

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
  console.log(`${files.size} files are in ${folder}.`)
}

/** One commit: what is new or other, and without what is not there any more. */
async function push(files: ReadonlyMap<string, Uint8Array>, name: string): Promise<void> {
  const accessToken = process.env.HF_TOKEN
  if (!accessToken) throw new Error('HF_TOKEN is not set: a token of huggingface.co that may write.')
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
  console.log(`${hubUrl}/spaces/${name} builds ${files.size} files now; ${gone.length} were taken away.`)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
