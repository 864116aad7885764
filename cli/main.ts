import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command, CommanderError } from 'commander'
import { defaultWorkers } from '@/lib/server/default-workers'
import { calledAs, readEnvironment } from '@/lib/server/env'
import { classifyCommand } from './classify/command'
import { completionCommand } from './completion/command'
import { evalCommand } from './eval/command'
import { EXIT, type ExitCode, Failure } from './exit'
import { feedbackCommand } from './feedback/command'
import { hashPasswordCommand } from './hash-password'
import { jobsCommand } from './jobs/command'
import { migrateCommand } from './migrate'
import { modelsCommand } from './models/command'
import { serveCommand } from './serve'

/** Runs the `vision` command of the project at `root`; resolves to its exit code. */
export async function run(argv: readonly string[], root: string): Promise<ExitCode> {
  const called = calledAs(relative('', argv[1] ?? ''))
  const program = new Command(called)
    .description('Classifies photos; measures models and manages them.')
    .version(versionOf(root), '-V, --version', 'the version of this project')
    .showHelpAfterError('(add --help for how to use it)')
    .exitOverride()
  const {
    MAX_PIXELS: maxPixels,
    WORKER_TIMEOUT_MS: workerTimeoutMs,
    REQUEST_TIMEOUT_MS: deadlineMs,
  } = readEnvironment()
  const surroundings = { root, called, maxPixels, limits: { workerTimeoutMs, deadlineMs }, defaultWorkers }
  classifyCommand(program, surroundings)
  jobsCommand(program)
  serveCommand(program, surroundings)
  evalCommand(program, surroundings)
  modelsCommand(program, surroundings)
  feedbackCommand(program, surroundings)
  hashPasswordCommand(program)
  migrateCommand(program, surroundings)
  completionCommand(program)
  try {
    await program.parseAsync(argv)
    return EXIT.ok
  } catch (error) {
    return explain(error)
  }
}

function versionOf(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
}

/** One line for each failure; a stack only for what is a bug. */
function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (error instanceof Failure) {
    console.error(error.message)
    return error.code
  }
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') {
    console.error(`The disk is full: ${message}`)
    return EXIT.noSpace
  }
  if (code === 'ENOENT' || code === 'EACCES') {
    console.error(message)
    return EXIT.notFound
  }
  console.error(error)
  return EXIT.failed
}
