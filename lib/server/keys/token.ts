import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A key: `vk_`, a public ID to find it by, and a secret. The fixed form lets secret scanners and the log recognize
 * keys.
 */
const ID_BYTES = 6
const SECRET_BYTES = 32
const FORM = /^vk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/
/** The same anywhere in a text. Shorter secrets are recognized, too: part of a key is worth hiding. */
const ANYWHERE = /vk_([0-9a-f]{12})_[A-Za-z0-9_-]+/g
/** The start of every key. */
const START = 'vk_'

/** The two parts of a key. */
export interface Token {
  id: string
  secret: string
}

/** A new ID, which is part of each key of one name. */
export function createId(): string {
  return randomBytes(ID_BYTES).toString('hex')
}

/** A new secret of 256 random bits. */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** The key as a client sends it. */
export function formatToken({ id, secret }: Token): string {
  return `${START}${id}_${secret}`
}

/** Null if the text doesn't have the form of a key. */
export function parseToken(text: string): Token | null {
  const [, id, secret] = FORM.exec(text) ?? []
  return id === undefined || secret === undefined ? null : { id, secret }
}

/** Whether a credential claims to be a key of this server, rather than of another service whose client sends it. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith(START)
}

/**
 * The stored form of a secret, as hex. SHA-256 without salt and stretching is enough: they protect secrets that can be
 * guessed, and nobody can guess 256 random bits.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Whether a secret has this hash, in constant time. */
export function hasHash(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashSecret(secret), 'hex'), Buffer.from(hash, 'hex'))
}

/** Whether a URL has a key in it, in any notation. */
export function hasKey(url: string): boolean {
  return [url, decoded(url)].some((text) => text.search(ANYWHERE) >= 0)
}

/** The text with only the IDs of the keys in it. */
export function redactKeys(text: string): string {
  return text.includes(START) ? text.replace(ANYWHERE, 'vk_$1_…') : text
}

function decoded(url: string): string {
  return url.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
