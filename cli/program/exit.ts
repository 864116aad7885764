/** What the command's exit code says; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** It was done, and the answer is no: a check failed. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** What was named is not there. */
  notFound: 3,
  /** What was read is not what it should be: a wrong checksum, a folder that is no model. */
  invalid: 4,
  /** The Hub does not answer, or refuses. */
  unreachable: 5,
  /** The disk is full. */
  noSpace: 6,
  /** Ctrl-C; what was done is kept. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Ends the command with one line on stderr and an exit code. */
export class Failure extends Error {
  constructor(
    readonly code: ExitCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
