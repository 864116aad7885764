import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import { hashPassword } from '@/lib/server/auth/password'
import { EXIT, Failure } from '../program/exit'

const MIN_LENGTH = 8

/**
 * `vision hash-password`: a value for BASIC_AUTH. The password is read from a pipe or a prompt, so that it never
 * appears in a process list or in the shell history.
 */
export function hashPasswordCommand(program: Command): void {
  program
    .command('hash-password')
    .description('Print a BASIC_AUTH line with a hashed password')
    .argument('<user>', 'user name to sign in with')
    .action(async (user: string) => {
      if (!/^[^:\s]+$/.test(user)) throw new Failure(EXIT.usage, 'The user name must not contain colons or spaces.')
      const password = process.stdin.isTTY ? await promptPassword() : (await text(process.stdin)).replace(/\r?\n$/, '')
      if (password.length < MIN_LENGTH)
        throw new Failure(EXIT.usage, `The password must have at least ${MIN_LENGTH} characters.`)
      console.log(`BASIC_AUTH='${user}:${await hashPassword(password)}'`)
    })
}

/** Reads a line without echoing it. */
async function promptPassword(): Promise<string> {
  const nullOutput = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: nullOutput, terminal: true })
  process.stderr.write('Password: ')
  try {
    const stopped = once(lines, 'SIGINT').then(() => Promise.reject(new Failure(EXIT.interrupted, 'Stopped.')))
    return await Promise.race([lines.question(''), stopped])
  } finally {
    process.stderr.write('\n')
    lines.close()
  }
}
