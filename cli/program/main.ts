import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Command, CommanderError } from 'commander'
import { calledAs, readEnvironment } from '@/lib/server/config/environment'
import { defaultWorkers } from '@/lib/server/runtime/default-workers'
import { checkCommand } from '../check/command'
import { classifyCommand } from '../classify/command'
import { completionCommand } from '../completion/command'
import { embedCommand } from '../embed/command'
import { evalCommand } from '../eval/command'
import { feedbackCommand } from '../feedback/command'
import { hashPasswordCommand } from '../hash-password/command'
import { jobsCommand } from '../jobs/command'
import { keysCommand } from '../keys/command'
import { migrateCommand } from '../migrate/command'
import { modelsCommand } from '../models/command'
import { serveCommand } from '../serve/command'
import { trainCommand } from '../train/command'
import { EXIT, type ExitCode, Failure } from './exit'

/** Runs the `vision` command of the project at `root`, and resolves to its exit code. */
export async function run(argv: readonly string[], root: string): Promise<ExitCode> {
  const file = argv[1] ?? ''
  const nearby = relative('', file)
  // A path through parent folders is hard to read and works in one folder only.
  const commandName = calledAs(nearby.startsWith('..') ? file : nearby)
  const program = new Command(commandName)
    .description('Classify photos, evaluate models and manage them.')
    .version(versionOf(root), '-V, --version', 'show the version')
    .showHelpAfterError('Run the command with --help for usage.')
    .exitOverride()
  const {
    MAX_PIXELS: maxPixels,
    WORKER_TIMEOUT_MS: workerTimeoutMs,
    REQUEST_TIMEOUT_MS: deadlineMs,
  } = readEnvironment()
  const context = { root, commandName, maxPixels, limits: { workerTimeoutMs, deadlineMs }, defaultWorkers }
  classifyCommand(program, context)
  embedCommand(program, context)
  checkCommand(program, context)
  jobsCommand(program)
  serveCommand(program, context)
  trainCommand(program, context)
  evalCommand(program, context)
  modelsCommand(program, context)
  feedbackCommand(program, context)
  keysCommand(program)
  hashPasswordCommand(program)
  migrateCommand(program, context)
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

/** One line per failure; a stack trace only for a bug. */
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
