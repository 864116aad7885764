import { type CodeBody, type CodeLanguage, type CodeRequest, REQUEST_CODE } from '@/lib/shared/contract/request-code'

/** A request of Swagger UI: an immutable map of Immutable.js. */
interface SwaggerRequest {
  get(name: 'url' | 'method'): string
  get(name: 'body'): unknown
  getIn(path: string[]): unknown
}

const KEYS = { cURL: 'curl_bash', Python: 'python', TypeScript: 'typescript' } as const satisfies Record<
  CodeLanguage,
  string
>

/** Swagger UI's tabs. */
export const SNIPPETS = {
  languages: Object.values(KEYS),
  generators: Object.fromEntries(
    Object.entries(KEYS).map(([language, key]) => [key, { title: language, syntax: 'text' }]),
  ),
  defaultExpanded: true,
}

/** A plugin of Swagger UI: the request as code, as everywhere on the page. */
export const snippetsPlugin = {
  fn: Object.fromEntries(
    Object.entries(KEYS).map(([language, key]) => [
      `requestSnippetGenerator_${key}`,
      (request: SwaggerRequest) => REQUEST_CODE[language as CodeLanguage](codeRequest(request)),
    ]),
  ),
}

function codeRequest(request: SwaggerRequest): CodeRequest {
  const type = request.getIn(['headers', 'Content-Type'])
  const body = bodyOf(request.get('body'), typeof type === 'string' ? type : undefined)
  return { method: request.get('method').toUpperCase(), url: request.get('url'), body }
}

function bodyOf(body: unknown, type: string | undefined): CodeBody | undefined {
  if (body === undefined || body === null || body === '') return undefined
  if (body instanceof File) return { file: body.name, type }
  if (typeof body === 'string') return { text: body, type: type ?? 'text/plain' }
  return { form: fieldsOf(body) }
}

/** The fields of a form: entries of an immutable map, each a value or a list of values. */
function fieldsOf(body: unknown): (readonly [string, string | { file: string }])[] {
  const entries = (body as { entrySeq?(): { toJS(): [string, unknown][] } }).entrySeq?.().toJS() ?? []
  return entries.flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value]
    return values.map((each) => [name, each instanceof File ? { file: each.name } : String(each)] as const)
  })
}
