/** Exit codes of the command; documented in docs/cli.md. */
export const EXIT = {
  ok: 0,
  /** The command ran, but a check failed. */
  failed: 1,
  /** The command line is invalid. */
  usage: 2,
  /** Something named on the command line does not exist. */
  notFound: 3,
  /** The input is invalid: a wrong checksum, or a folder that is not a model. */
  invalid: 4,
  /** The Hub does not respond, or refuses access. */
  unreachable: 5,
  /** The disk is full. */
  noSpace: 6,
  /** Ctrl-C; completed work is kept. */
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
