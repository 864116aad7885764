import { randomBytes, scrypt as scryptWith, timingSafeEqual } from 'node:crypto'
import { compare } from 'bcryptjs'

/** Cost of a new hash: 32 MB and about a tenth of a second, as OWASP recommends (N = 2^15, r = 8, p = 3). */
const COST = { ln: 15, r: 8, p: 3 }
const SALT_BYTES = 16
const HASH_BYTES = 32

const SCRYPT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{16,86})\$([A-Za-z0-9+/]{22,86})$/
const BCRYPT = /^\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}$/
/** Memory limit for hashes with other costs (2^17 × 8 × 128 bytes). */
const MAX_BYTES = 256 << 20

/** Hashes a password with scrypt, in the PHC string format: `$scrypt$ln=15,r=8,p=3$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await scrypt(password, salt, COST, HASH_BYTES)
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Whether `verifyPassword` supports this hash. */
export function isPasswordHash(text: string): boolean {
  return BCRYPT.test(text) || SCRYPT.test(text)
}

/**
 * Whether a password matches a hash from scrypt here or bcrypt elsewhere (`htpasswd -B`). Takes the same time either
 * way.
 */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  if (BCRYPT.test(hash)) return compare(password, hash)
  const [, ln, r, p, salt = '', wanted = ''] = SCRYPT.exec(hash) ?? []
  const expected = Buffer.from(wanted, 'base64')
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  const found = await scrypt(password, Buffer.from(salt, 'base64'), cost, expected.length)
  return timingSafeEqual(found, expected)
}

function scrypt(password: string, salt: Buffer, { ln, r, p }: typeof COST, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scryptWith(password.normalize(), salt, length, { N: 2 ** ln, r, p, maxmem: MAX_BYTES }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
