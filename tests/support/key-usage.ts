import { join } from 'node:path'
import { KeyRegistry } from '@/lib/server/keys/registry'
import { KeyStore } from '@/lib/server/keys/store'
import { FileMeter } from '@/lib/server/keys/usage/file-meter'
import { FileVersions } from '@/lib/server/keys/versions'
import { FolderObjects } from '@/lib/server/storage/folder-objects'
import { createKeySchema } from '@/lib/shared/contract/keys'

const DAY_MS = 86_400_000
const LOG = { warn() {}, error() {} }

/** Puts keys with a month of use into a data folder, as a server would have done. Returns their secrets by name. */
export async function writeKeyUsage(data: string, now = Date.now()): Promise<Map<string, string>> {
  const folder = join(data, 'keys')
  const store = new KeyStore(new FolderObjects(folder))
  const versions = new FileVersions(join(folder, 'version'))
  // The keys are as old as their use.
  const read = async () => ({ ...(await versions.read()), now: now - 30 * DAY_MS })
  const registry = new KeyRegistry(store, { read, bump: () => versions.bump() }, LOG)
  const secrets = new Map<string, string>()
  const create = async (terms: { name: string; scopes?: string[]; monthly_quota?: number }) => {
    const { record, secret } = await registry.create(createKeySchema.parse(terms))
    secrets.set(terms.name, secret)
    return record
  }
  const old = await create({ name: 'trial' })
  await registry.revoke(old.id)
  const operator = await create({ name: 'monitoring', scopes: ['metrics'] })
  const shop = await create({ name: 'shop frontend', scopes: ['classify', 'feedback'], monthly_quota: 25_000 })
  const research = await create({ name: 'research', scopes: ['classify', 'embed', 'jobs'] })
  for (let ago = 29; ago >= 0; ago--) {
    const meter = new FileMeter(join(folder, 'usage'), LOG)
    const time = now - ago * DAY_MS
    const weekend = [0, 6].includes(new Date(time).getUTCDay())
    const visits = Math.round((weekend ? 420 : 900) * (1 + 0.25 * Math.sin(ago)))
    meter.count(shop.id, { requests: visits + 9, photos: visits, errors: 9, bytes: visits * 310_000 }, time)
    await meter.take(shop.id, visits, 1e9, time)
    if (ago % 9 === 4) meter.count(research.id, { requests: 40, photos: 2400, errors: 1, bytes: 2400 * 95_000 }, time)
    meter.count(operator.id, { requests: 2880 }, time)
    await meter.close()
  }
  return secrets
}
