/** How the operator proves who calls. A sign-in (`BASIC_AUTH`) covers the whole site and belongs to no operation. */
export const SECURITY_SCHEMES = {
  operator: { type: 'http', scheme: 'bearer', description: 'The `ADMIN_TOKEN` of the server.' },
}

const FOR_OPERATOR = new Set(['listJobs', 'listDeadLetters', 'listFeedback', 'getFeedbackPhoto'])
/** With `TRAINING=on`, clients on other machines need the token. */
const MAY_NEED_OPERATOR = new Set(['trainModel', 'addExamples', 'changeModel', 'deleteModel', 'getModelFile'])

/** Alternatives, as OpenAPI has them: an empty list is nothing at all, `{}` among others is nothing, too. */
export function securityOf(operationId: string): object[] {
  if (FOR_OPERATOR.has(operationId)) return [{ operator: [] }]
  return MAY_NEED_OPERATOR.has(operationId) ? [{}, { operator: [] }] : []
}
