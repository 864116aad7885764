// Compresses the built scripts and styles once, as well as it gets: `app.js.br` and `app.js.gz` beside `app.js`.
import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Fonts and pictures are compressed already. */
const COMPRESSIBLE = /\.(m?js|css|json|svg|txt|wasm)$/
/** Smaller files fit into one packet. */
const MIN_BYTES = 1000

/** Brotli's highest quality takes seconds for a larger file, such as the API reference. */
const MAX_BEST_BYTES = 500_000

const ENCODERS = {
  '.br': (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: bytes.length > MAX_BEST_BYTES ? 9 : constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  '.gz': (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
}

/** Writes both encodings of every compressible file in a folder. */
export async function precompress(folder = join('.next', 'static')) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => COMPRESSIBLE.test(name))
  await Promise.all(names.map((name) => compress(join(folder, name))))
}

async function compress(path) {
  const bytes = await readFile(path)
  if (bytes.length < MIN_BYTES) return
  for (const [extension, encode] of Object.entries(ENCODERS)) await writeFile(path + extension, await encode(bytes))
}
