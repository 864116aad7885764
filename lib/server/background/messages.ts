import type { ProblemCode } from '@/lib/shared/problems/problem'

/** What a background process sends. Everything large is in files. */
export type FromBackground<Result> =
  /** The share that is done, from 0 to 1. */
  | { kind: 'progress'; done: number }
  | { kind: 'done'; result: Result }
  | { kind: 'failed'; code: ProblemCode; detail: string }
