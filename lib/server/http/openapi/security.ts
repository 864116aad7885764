/** How the operator proves who calls. A sign-in (`BASIC_AUTH`) covers the whole site and belongs to no operation. */
export const SECURITY_SCHEMES = {
  operator: { type: 'http', scheme: 'bearer', description: 'The `ADMIN_TOKEN` of the server.' },
}

const FOR_OPERATOR = new Set([
  ...['listJobs', 'listDeadLetters', 'listFeedback', 'getFeedbackPhoto'],
  ...['listKeys', 'createKey', 'revokeKey', 'rotateKey', 'usage'],
])
/** With `TRAINING=on`, clients on other machines need the token. */
const MAY_NEED_OPERATOR = new Set(['trainModel', 'addExamples', 'changeModel', 'deleteModel', 'getModelFile'])

const KEY = [{ bearer: [] }, { header: [] }]

/**
 * Alternatives, as OpenAPI has them: an empty list is nothing at all, `{}` among others is nothing, too.
 *
 * @param keys whether the server has keys. Whether a request needs one depends on the path and on `API_KEYS`
 */
export function securityOf(operationId: string, keys: boolean): object[] {
  const key = keys ? KEY : []
  if (FOR_OPERATOR.has(operationId)) return [{ operator: [] }, ...key]
  if (MAY_NEED_OPERATOR.has(operationId)) return [{}, { operator: [] }, ...key]
  return keys ? [{}, ...key] : []
}
