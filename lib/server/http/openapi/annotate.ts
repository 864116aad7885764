import { JOB_EXAMPLES } from './examples/jobs'
import { KEY_EXAMPLES } from './examples/keys'
import { MODEL_EXAMPLES } from './examples/models'
import { PHOTO_EXAMPLES } from './examples/photos'
import { SERVER_EXAMPLES } from './examples/server'
import { securityOf } from './security'

/** Groups of operations, in the order in which readers need them. */
export const TAGS = [
  { name: 'Photos', description: 'Classify, embed and explain photos.' },
  { name: 'Jobs', description: 'Classify many photos in the background and keep the results.' },
  { name: 'Models', description: 'List the models, and train your own.' },
  { name: 'Feedback', description: 'Votes of visitors on results.' },
  { name: 'Keys', description: 'Keys of the API, and what each of them did. For the operator.' },
  { name: 'Server', description: 'What the server offers, and how it is.' },
] as const

type Content = Record<string, { schema?: object; example?: unknown }>
interface Operation {
  operationId: string
  tags?: string[]
  security?: object[]
  requestBody?: { content: Content }
  responses: Record<string, { content?: Content }>
}
interface Examples {
  request?: Record<string, unknown>
  /** For each type of a successful response. */
  replies?: Record<string, unknown>
}

const EXAMPLES: Record<string, Examples> = {
  ...PHOTO_EXAMPLES,
  ...JOB_EXAMPLES,
  ...MODEL_EXAMPLES,
  ...KEY_EXAMPLES,
  ...SERVER_EXAMPLES,
}

/** Lines and events have no schema in OpenAPI 3.1: their text is described instead. */
const LINES: Record<string, string> = {
  classify: 'One JSON object per photo, as in `PhotoResult`. If the form is invalid, a last line is `{"problem": …}`.',
  embed: 'One JSON object per photo with its `embedding`. If the form is invalid, a last line is `{"problem": …}`.',
  explain: 'Lines like `{"done": 16, "of": 320}`, and at the end `{"explanation": …}` or `{"problem": …}`.',
  trainModel: 'Lines like `{"progress": …}`, and at the end `{"result": …}` or `{"problem": …}`.',
  addExamples: 'Lines like `{"progress": …}`, and at the end `{"result": …}` or `{"problem": …}`.',
  jobResults: 'One JSON object per photo, as in `PhotoResult`.',
  listFeedback: 'One JSON object per vote, as in `Vote`.',
}
const TEXTS: Record<string, string> = {
  'text/event-stream':
    'Server-sent events: `result` with a photo’s `index` and `row`, and `job` with the job. Comments keep the connection open.',
  'text/csv': 'A table with a line of column names, UTF-8.',
}

/** Adds to each operation its tag, who may call it, and examples of its bodies. */
export function annotate(paths: Record<string, Record<string, unknown>>, keys: boolean): void {
  for (const [path, operations] of Object.entries(paths)) {
    for (const operation of Object.values(operations) as Operation[]) {
      operation.tags = [tagOf(path)]
      operation.security = securityOf(operation.operationId, keys)
      addExamples(operation, EXAMPLES[operation.operationId] ?? {})
    }
  }
}

function addExamples(operation: Operation, { request = {}, replies = {} }: Examples): void {
  const { operationId, requestBody, responses } = operation
  const texts = { ...TEXTS, 'application/x-ndjson': LINES[operationId] }
  if (requestBody) requestBody.content = described(requestBody.content, request, texts)
  for (const [status, response] of Object.entries(responses))
    if (status.startsWith('2') && response.content) response.content = described(response.content, replies, texts)
}

function described(
  content: Content,
  examples: Record<string, unknown>,
  texts: Record<string, string | undefined>,
): Content {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => {
      const name = type.split(';')[0] ?? type
      const text = texts[name]
      const schema = media.schema ?? (text ? { type: 'string', description: text } : undefined)
      const example = examples[name] === undefined ? {} : { example: examples[name] }
      return [type, { ...media, ...(schema && { schema }), ...example }]
    }),
  )
}

function tagOf(path: string): (typeof TAGS)[number]['name'] {
  if (/^\/api\/(classify|embed|explain|photo)$/.test(path)) return 'Photos'
  if (/^\/api\/(jobs|dead-letters)/.test(path)) return 'Jobs'
  if (path.startsWith('/api/models')) return 'Models'
  if (path.startsWith('/api/feedback')) return 'Feedback'
  if (/^\/api\/(keys|usage)/.test(path)) return 'Keys'
  return 'Server'
}
