import type { Command } from 'commander'
import { type ApiKey, type NewApiKey, SCOPES } from '@/lib/shared/contract/keys'
import { EXIT, Failure } from '../program/exit'
import { table } from '../program/progress'
import { type CreateOptions, hoursOf, termsOf } from './options'
import { type KeySource, type SourceOptions, withKeys } from './source'

interface Options extends SourceOptions {
  json?: boolean
}

/** `vision keys`: manages the API keys in the storage of a server, or of a running one. */
export function keysCommand(program: Command): void {
  const keys = program.command('keys').description('Manage API keys, here or on a running server (API_KEYS)')
  const add = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .option('--json', 'print JSON')
      .option('--server <url>', 'a running server, in place of DATA_DIR, or BUCKET and REDIS_URL, of this environment')
      .option('--token <token>', 'its ADMIN_TOKEN, or a key with the scope admin')
  add('create', 'Create a key and print it; it is shown only once')
    .argument('<name>')
    .option('--scopes <list>', SCOPES.join(', '), 'classify')
    .option('--expires <when>', 'a date such as 2027-01-31, or days from now such as 90d (default: never)')
    .option('--rate-limit <n>', 'requests with photos per minute (default: RATE_LIMIT of the server)')
    .option('--quota <n>', 'photos per calendar month (default: unlimited)')
    .option('--models <list>', 'IDs or types of models that it can use (default: all)')
    .option('--origins <list>', 'origins of the pages that can use it (default: any client)')
    .action(async (name: string, options: Options & CreateOptions) => {
      const terms = termsOf(name, options)
      printNew(await withKeys(options, (source) => source.create(terms)), options)
    })
  add('list', 'List the keys, with their last use and the photos of this month').action(async (options: Options) => {
    const all = await withKeys(options, (source) => source.list())
    console.log(options.json ? JSON.stringify(all, null, 2) : listing(all))
  })
  add('revoke', 'Revoke a key: it is refused from the next request on')
    .argument('<key>', 'ID or name')
    .action(async (wanted: string, options: Options) => {
      const key = await withKeys(options, async (source) => source.revoke(await idOf(source, wanted)))
      console.log(options.json ? JSON.stringify(key, null, 2) : `revoked ${key.id} (${key.name})`)
    })
  add('rotate', 'Give a key another secret and print it; it is shown only once')
    .argument('<key>', 'ID or name')
    .option('--grace <time>', 'how long the old one stays valid, such as 24h or 7d', hoursOf, 0)
    .action(async (wanted: string, options: Options & { grace: number }) => {
      printNew(
        await withKeys(options, async (source) => source.rotate(await idOf(source, wanted), options.grace)),
        options,
      )
    })
}

/** The key alone goes to the output, so that a script can take it from there. */
function printNew(created: NewApiKey, { json }: Options): void {
  if (json) {
    console.log(JSON.stringify(created, null, 2))
    return
  }
  console.error(`${created.key.id} (${created.key.name}). Keep the key: it is not shown again.`)
  console.log(created.secret)
}

/** A key by its ID, or by its name if only one that isn't revoked has it. @throws Failure */
async function idOf(source: KeySource, wanted: string): Promise<string> {
  const all = await source.list()
  const found = all.find(({ id }) => id === wanted) ?? all.find(({ name, revoked }) => name === wanted && !revoked)
  if (found) return found.id
  throw new Failure(EXIT.notFound, `There is no key ${wanted}. Run the command keys list.`)
}

function listing(all: readonly ApiKey[]): string {
  if (all.length === 0) return 'There are no keys.'
  const rows = all.map((key) => [
    key.id,
    key.name,
    key.state,
    key.scopes.join(','),
    key.expires?.slice(0, 10) ?? 'never',
    key.monthly_quota === null ? String(key.month_photos) : `${key.month_photos}/${key.monthly_quota}`,
    key.last_used?.slice(0, 19).replace('T', ' ') ?? 'never',
  ])
  return table(['id', 'name', 'state', 'scopes', 'expires', 'month', 'last used (UTC)'], rows)
}
