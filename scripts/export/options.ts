import { parseArgs } from 'node:util'
import { basePath } from '../build/base-path.mjs'

const HELP = `Writes the site as a folder of files, for hosts that only serve files.

  npm run export [-- options]

  --out <folder>       where to write it (default: out)
  --base-path </path>  the path of the site, such as /vision; the default is that of BASE_PATH, or none
  --url <url>          the address of the site, such as https://example.org/vision, for previews of links to it.
                       Its path is the base path, unless there is another one
  --help               shows this text

Visitors' browsers run the models, so there is no API, and no page that needs one. Options of a server that concern the
pages and the models have an effect, such as MODELS_DIR, DEFAULT_MODEL_TYPE, MAX_IMAGE_BYTES, and SOURCE_URL.
A build with the same base path is used if there is one (npm run build); otherwise it is made first.
`

export interface ExportOptions {
  out: string
  /** Such as `/vision`; empty for the root. */
  base: string
  /** Scheme and host of the site; null if they aren't known. */
  origin: string | null
}

/**
 * The options of the command line; the help text if it was asked for.
 *
 * @throws Error with one line for the operator
 */
export function exportOptions(args: readonly string[]): ExportOptions | string {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string', default: 'out' },
      'base-path': { type: 'string' },
      url: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return HELP
  if (values.out === '') throw new Error('--out needs a folder')
  const url = values.url === undefined ? null : siteUrl(values.url)
  const path = url?.pathname.replace(/\/$/, '') || undefined
  return {
    out: values.out,
    base: basePath(values['base-path']?.replace(/\/$/, '') ?? path),
    origin: url?.origin ?? null,
  }
}

function siteUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new Error(`--url ${JSON.stringify(text)} is not allowed: use an address like https://example.org/vision`)
  }
  return url
}
