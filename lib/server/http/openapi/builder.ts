import type { ProblemCode } from '@/lib/shared/problems/problem'

/** Helpers that build the document: responses by schema name, problems by code. */
export interface DocumentBuilder {
  reply(description: string, schema: string): object
  problems(codes: readonly ProblemCode[]): Record<number, object>
  /** Problems of any request with a body. */
  body: readonly ProblemCode[]
  parameters: object[]
}
