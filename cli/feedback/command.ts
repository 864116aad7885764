import { once } from 'node:events'
import { join } from 'node:path'
import type { Command } from 'commander'
import { voteText } from '@/lib/shared/results/vote-export'
import { wholeFile, writePieces } from '../files/write-file'
import type { CommandContext } from '../program/context'
import { EXIT, Failure } from '../program/exit'
import { readVotes } from './source'

interface Options {
  from: string
  token?: string
  out?: string
  format?: string
}

/** `vision feedback export`: visitor feedback as a table. */
export function feedbackCommand(program: Command, { root }: CommandContext): void {
  program
    .command('feedback')
    .description('Export visitor feedback')
    .command('export')
    .description('Export all votes as CSV or NDJSON; only the last vote per result counts')
    .option(
      '--from <location>',
      'feedback folder of a server, s3://bucket or a server URL',
      join(root, 'data', 'feedback'),
    )
    .option('--token <token>', 'ADMIN_TOKEN of the server')
    .option('--format <format>', 'csv or ndjson (default: from the file name, or csv)')
    .option('--out <file>', 'write to a file instead of stdout')
    .action(exportVotes)
}

async function exportVotes({ from, token, out, format: requestedFormat }: Options): Promise<void> {
  const format = requestedFormat ?? (out?.endsWith('.ndjson') ? 'ndjson' : 'csv')
  if (format !== 'csv' && format !== 'ndjson') throw new Failure(EXIT.usage, '--format must be csv or ndjson.')
  const { head, line } = voteText(format)
  let votes = 0
  async function* chunks(): AsyncGenerator<string> {
    // The byte order mark that Excel needs is omitted in a pipe.
    yield out ? head : head.replace('\uFEFF', '')
    for await (const vote of readVotes(from, token)) {
      votes++
      yield line(vote)
    }
  }
  if (!out) {
    for await (const chunk of chunks()) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain')
    return
  }
  await wholeFile(out, (temporary) => writePieces(chunks(), temporary))
  console.error(`${votes} ${votes === 1 ? 'vote' : 'votes'} written to ${out}`)
}
