import { shellWord } from './shell-word'

/** A request to write as code. Files are named as on the reader's disk. */
export interface CodeRequest {
  method: string
  url: string
  body?: CodeBody | undefined
}

export type CodeBody =
  | { file: string; type?: string | undefined }
  | { text: string; type: string }
  | { form: readonly (readonly [name: string, value: string | { file: string }])[] }

/** Code that sends a request, by programming language: without packages, except for `httpx` in Python. */
export const REQUEST_CODE = { cURL: curl, Python: python, TypeScript: typescript } as const

export type CodeLanguage = keyof typeof REQUEST_CODE

function curl({ method, url, body }: CodeRequest): string {
  const verb = (method === 'GET' && !body) || (method === 'POST' && body) ? '' : ` -X ${method}`
  return `curl${verb}${curlBody(body)} ${shellWord(url)}`
}

function curlBody(body: CodeBody | undefined): string {
  if (!body) return ''
  if ('form' in body) {
    const parts = body.form.map(([name, value]) => {
      return ` -F ${shellWord(`${name}=${typeof value === 'string' ? value : `@${value.file}`}`)}`
    })
    return parts.join('')
  }
  const type = body.type ? ` -H ${shellWord(`content-type: ${body.type}`)}` : ''
  return 'file' in body ? `${type} --data-binary ${shellWord(`@${body.file}`)}` : `${type} -d ${shellWord(body.text)}`
}

function python({ method, url, body }: CodeRequest): string {
  const call = `httpx.request("${method}", ${JSON.stringify(url)}, timeout=60`
  const head = 'import httpx\n\n'
  const tail = '\nresponse.raise_for_status()\nprint(response.text)\n'
  if (!body) return `${head}response = ${call})${tail}`
  if ('form' in body) {
    const parts = body.form.map(([name, value]) => {
      const part =
        typeof value === 'string' ? `(None, ${JSON.stringify(value)})` : `open(${JSON.stringify(value.file)}, "rb")`
      return `    (${JSON.stringify(name)}, ${part}),\n`
    })
    return `${head}files = [\n${parts.join('')}]\nresponse = ${call}, files=files)${tail}`
  }
  const headers = body.type ? `, headers={"content-type": ${JSON.stringify(body.type)}}` : ''
  if ('file' in body)
    return `${head}with open(${JSON.stringify(body.file)}, "rb") as file:\n    response = ${call}, content=file.read()${headers})${tail}`
  return `${head}content = ${JSON.stringify(body.text)}\nresponse = ${call}, content=content${headers})${tail}`
}

function typescript({ method, url, body }: CodeRequest): string {
  const files = body && ('file' in body || ('form' in body && body.form.some(([, value]) => typeof value !== 'string')))
  const head = files ? "import { openAsBlob } from 'node:fs'\n\n" : ''
  const { before, init } = typescriptBody(body)
  const options = [...(method === 'GET' ? [] : [`method: '${method}'`]), ...init]
  const second = options.length > 0 ? `, { ${options.join(', ')} }` : ''
  return `${head}${before}const response = await fetch(${single(url)}${second})
if (!response.ok) throw new Error(await response.text())
console.log(await response.text())
`
}

function typescriptBody(body: CodeBody | undefined): { before: string; init: string[] } {
  if (!body) return { before: '', init: [] }
  if ('form' in body) {
    const lines = body.form.map(([name, value]) =>
      typeof value === 'string'
        ? `form.append(${single(name)}, ${single(value)})\n`
        : `form.append(${single(name)}, await openAsBlob(${single(value.file)}), ${single(value.file)})\n`,
    )
    return { before: `const form = new FormData()\n${lines.join('')}`, init: ['body: form'] }
  }
  const headers = body.type ? [`headers: { 'content-type': ${single(body.type)} }`] : []
  const content = 'file' in body ? `await openAsBlob(${single(body.file)})` : single(body.text)
  return { before: `const body = ${content}\n`, init: [...headers, 'body'] }
}

/** A text of JavaScript. */
function single(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
