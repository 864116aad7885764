import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildServiceWorker } from '../build/service-worker.mjs'
import { PLACEHOLDER, pageHtml } from './page-html'
import { apiFiles, type PageFile, pageFiles, translations } from './site-files'

/** Compressed copies, which hosts make themselves, sources of workers, source maps, and the server's service worker. */
const UNUSED = /\.(br|gz|map|ts)$|[\\/]static[\\/]sw\.js$/

/** An icon or picture that a page names in its head, with a query that changes with its content. */
const HEAD_FILE = /(?:href|content)="(?:https?:\/\/site\.invalid)?([^"?]*\/[\w-]+\.(?:svg|png))(?:\?[^"]*)?"/g

interface Site {
  /** The folder with the build. */
  root: string
  /** The folder to write to. */
  out: string
  /** A server of the same build, with the base path. */
  url: string
  base: string
  origin: string | null
}

/**
 * Writes everything below the base path: the files of the build, the pages, and the responses that they need.
 *
 * @throws Error if the server doesn't have one of them
 */
export async function writeSite(site: Site): Promise<void> {
  const { root, out, url } = site
  copy(join(root, '.next', 'static'), join(out, '_next', 'static'))
  copy(join(root, 'public'), out)
  const heads = new Set<string>()
  for (const page of pageFiles()) {
    const html = await renderPage(site, page)
    for (const [, path = ''] of html.head) heads.add(path)
    write(out, page.file, html.file)
  }
  for (const path of heads) await save(site, path.slice(site.base.length))
  const { models } = (await (await get(`${url}/api/models`)).json()) as {
    models: { id: string; type: string | null }[]
  }
  if (models.length === 0) throw new Error('there is no model that browsers can run')
  for (const { path, file } of apiFiles(models)) await save(site, path, file)
  await buildServiceWorker({
    base: site.base,
    outfile: join(out, 'sw.js'),
    next: join(root, '.next'),
    more: translations(),
  })
  // GitHub Pages would leave out folders whose names start with an underscore.
  write(out, '.nojekyll', '')
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !UNUSED.test(path) })
}

async function renderPage(
  { url, base, origin }: Site,
  page: PageFile,
): Promise<{ file: string; head: Iterable<RegExpMatchArray> }> {
  const missing = page.path === null
  const headers = {
    'accept-language': page.language,
    'x-forwarded-host': PLACEHOLDER.host,
    'x-forwarded-proto': 'http',
  }
  const response = await fetch(`${url}${missing ? '/no/such/page' : page.path}`, { headers })
  if (response.status !== (missing ? 404 : 200)) throw new Error(`the page ${page.path} has HTTP ${response.status}`)
  const html = await response.text()
  const nonce = /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '')?.[1]
  if (nonce === undefined) throw new Error(`the page ${page.path} has no nonce`)
  return {
    file: pageHtml({ html, nonce, link: response.headers.get('link'), base, origin }, page),
    head: html.matchAll(HEAD_FILE),
  }
}

async function save({ url, out }: Site, path: string, file = path): Promise<void> {
  write(out, file, new Uint8Array(await (await get(url + path)).arrayBuffer()))
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${address} has HTTP ${response.status}`)
  return response
}

function write(out: string, file: string, content: string | Uint8Array): void {
  const path = join(out, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
