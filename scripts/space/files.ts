import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Configuration of the Space: https://huggingface.co/docs/hub/spaces-config-reference */
const FRONT_MATTER = `---
title: Vision Object Classifier
colorFrom: green
colorTo: gray
sdk: docker
app_port: 7860
pinned: false
license: apache-2.0
short_description: Classifies photos, says how sure it is, and why
---
`

/** A Space is one container behind one proxy, embedded in a frame. It loses its data when it sleeps. */
const SETTINGS = {
  PORT: '7860',
  TRUST_PROXY: '1',
  FRAME_ANCESTORS: 'https://huggingface.co',
  RATE_LIMIT: '120',
  MAX_FILES: '1000',
  MAX_JOB_BYTES: '500000000',
  JOB_RETENTION_HOURS: '2',
}

/** Files of a Space by path: the image sources, the Dockerfile with the Space's settings, and the README page. */
export function spaceFiles(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  for (const path of sources()) files.set(path, readFileSync(path))
  files.set('.dockerignore', readFileSync('.dockerignore'))
  files.set('Dockerfile', text(dockerfile(readFileSync('Dockerfile', 'utf8'))))
  files.set('README.md', text(readme(readFileSync('README.md', 'utf8'))))
  return files
}

const text = (content: string) => new TextEncoder().encode(content)

/** The committed files that .dockerignore includes. */
function sources(): string[] {
  const wanted = [...readFileSync('.dockerignore', 'utf8').matchAll(/^!(.+)$/gm)].map(([, path]) => path as string)
  const committed = execFileSync('git', ['ls-files', '-z', '--', ...wanted], { encoding: 'utf8', maxBuffer: 1 << 26 })
  return committed.split('\0').filter((path) => path !== '' && !/^models\/build\/|\.test\.ts$/.test(path))
}

function dockerfile(own: string): string {
  const lines = Object.entries(SETTINGS).map(([name, value]) => `${name}=${value}`)
  return `${own.replace(/^EXPOSE 3000$/m, 'EXPOSE 7860').trimEnd()}\n\n# Settings of a Space.\nENV ${lines.join(' \\\n    ')}\n`
}

/** The first lines of the project's README, without images and links, which would be broken there. */
function readme(own: string): string {
  const [title = '', ...rest] = own.split('\n')
  const first =
    rest
      .join('\n')
      .trim()
      .split(/\n\n/)
      .find((part) => /^[A-Z]/.test(part)) ?? ''
  return `${FRONT_MATTER}\n${title}\n\n${first}\n`
}
