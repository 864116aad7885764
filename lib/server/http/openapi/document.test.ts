import { expect, test } from 'vitest'
import { TAGS } from './annotate'
import { openApiDocument } from './document'

type Media = { schema?: object; example?: unknown; examples?: Record<string, unknown> }
interface Operation {
  operationId: string
  tags: string[]
  parameters?: { name: string }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; content?: Record<string, Media> }>
}
const { paths } = openApiDocument() as { paths: Record<string, Record<string, Operation>> }
const operations = Object.values(paths).flatMap((path) => Object.values(path))

/** Bodies of bytes, and forms with files: nobody could send their example as it stands. */
const BYTES = /^(application\/(octet-stream|zip|vnd\..*)|image\/.*|multipart\/form-data|\*\/\*)/

// That the examples match their schemas is a rule of `redocly lint`.
test.each(operations.map((operation) => [operation.operationId, operation] as const))(
  '%s has a tag, an example of each text body, and the codes of its errors',
  (_, { tags, requestBody, responses }) => {
    expect(TAGS.map(({ name }) => name)).toContain(tags[0])
    const bodies = [requestBody, ...Object.values(responses)].flatMap((body) => Object.entries(body?.content ?? {}))
    const without = bodies.filter(([type, { example, examples = {} }]) => {
      return !BYTES.test(type) && example === undefined && Object.keys(examples).length === 0
    })
    expect(without.map(([type]) => type)).toEqual([])
    for (const [status, { content }] of Object.entries(responses).filter(([status]) => Number(status) >= 400))
      expect([status, Object.keys(content ?? {})]).toEqual([status, ['application/problem+json']])
  },
)

test('options of jobs and of training are parameters and fields, and none with a default is required', () => {
  const names = paths['/api/jobs']?.post?.parameters ?? []
  expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(['model', 'callback_url', 'open']))
  const form = paths['/api/models']?.post?.requestBody?.content['multipart/form-data']?.schema
  expect(form).toMatchObject({
    anyOf: [{ required: ['photos'] }, { required: ['job'] }],
    properties: { title: { type: 'string' }, base: {}, job: {} },
  })
})

test('no schema is true or false: generators of clients read objects', () => {
  expect(JSON.stringify(openApiDocument())).not.toMatch(/"(items|not|additionalItems|prefixItems)":(true|false|\[)/)
})
