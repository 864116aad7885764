import sharp from 'sharp'
import type { TestServer } from './server'

/** Three colors that the tiny model has no labels for. Its embedding is the mean of each channel. */
const COLORS = { red: [200, 60, 50], green: [60, 190, 60], blue: [50, 70, 200], yellow: [210, 190, 45] } as const
export type Color = keyof typeof COLORS
/** The labels that most tests train, in the order of their letters. */
export const NAMES = ['blue', 'green', 'red'] as const satisfies readonly Color[]

export type Files = Iterable<readonly [string, Uint8Array]>

/** A photo of one color; the same one for the same number. */
export async function colorPhoto(color: Color, seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const [r = 0, g = 0, b = 0] = COLORS[color].map((level, at) => level + ((seed * 37 + at * 13) % 40) - 20)
  // There are forty shades.
  const width = 16 + Math.floor(seed / 40)
  const image = sharp({ create: { width, height: 16, channels: 3, background: { r, g, b } } })
  return Uint8Array.from(await image.png().toBuffer())
}

/** Photos in a folder for each color. */
export async function colorPhotos(colors: readonly Color[] = NAMES, each = 8): Promise<Map<string, Uint8Array>> {
  const photos = new Map<string, Uint8Array>()
  for (const color of colors) {
    for (let seed = 0; seed < each; seed++) photos.set(`${color}/${seed}.png`, await colorPhoto(color, seed))
  }
  return photos
}

/** A form with options and photos. */
export function formWith(fields: Record<string, string>, files: Files): FormData {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  for (const [name, bytes] of files) body.append('photos', new Blob([Uint8Array.from(bytes)]), name)
  return body
}

export interface Reply {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: as JSON has it
  body: any
}

/** Sends a form, bytes, or anything else as JSON. */
export async function send(
  at: Pick<TestServer, 'url'>,
  method: string,
  path: string,
  body?: FormData | Uint8Array | object,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const isJson = body !== undefined && !(body instanceof FormData) && !(body instanceof Uint8Array)
  const reply = await fetch(`${at.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as BodyInit) }),
    headers: isJson ? { 'content-type': 'application/json', ...headers } : headers,
  })
  const text = await reply.text()
  const isParsed = /[/+]json$/.test(reply.headers.get('content-type') ?? '')
  return { status: reply.status, headers: reply.headers, text, body: isParsed ? JSON.parse(text) : null }
}
