import { createHash } from 'node:crypto'
import { LOCALE_COOKIE } from '@/lib/shared/i18n/locales'
import { fileContentSecurityPolicy } from '@/lib/shared/web/csp'
import { folderOf, LANGUAGES, type PageFile } from './site-files'

/** Stands for the address of the site while its pages are rendered. */
export const PLACEHOLDER = { host: 'site.invalid', origin: 'http://site.invalid' }

interface Rendered {
  html: string
  /** The nonce of this response, which means nothing in a file. */
  nonce: string
  /** The `Link` header, in which the server names the fonts that are needed first; null if there is none. */
  link: string | null
  /** The path of the site. */
  base: string
  /** Scheme and host of the site; null if they aren't known. */
  origin: string | null
}

/**
 * Makes a file of a page that a server rendered: without the nonce, with the address of the site, with the policy that
 * hosts of files don't send, and with a script that runs before all others.
 */
export function pageHtml({ html, nonce, link, base, origin }: Rendered, page: PageFile): string {
  const plain = html
    .replaceAll(` nonce="${nonce}"`, '')
    .replaceAll(nonce, '')
    .replaceAll(PLACEHOLDER.origin, origin ?? '')
  const script = page.path === null ? '' : `<script>${firstScript(base, page.path, page.language)}</script>`
  const policy = fileContentSecurityPolicy(inlineScripts(script + plain).map(sha256))
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}"/>`
  // The policy applies to what follows.
  return plain.replace('<head>', () => `<head>${meta}${script}${fontPreloads(link ?? '')}`)
}

/**
 * Follows links itself, since the router would ask for the content of the page alone, which no file has. Before that, it
 * leads to the page in the visitor's language, as the server chooses it, and gives the page the address that it has on a
 * server: the folder of a file adds a slash, and the one of another language its name.
 */
function firstScript(base: string, path: string, language: string): string {
  const folders = Object.fromEntries(LANGUAGES.map((each) => [each, base + folderOf(path, each)]))
  const address = path === '/' ? `${base}/` : base + path
  return `(function(f,l,a){var c=/(?:^|; )${LOCALE_COOKIE}=(\\w+)/.exec(document.cookie),p=navigator.languages||[],n='${LANGUAGES[0]}',i
for(i=p.length;i--;)if(f[p[i].slice(0,2)])n=p[i].slice(0,2)
if(c&&f[c[1]])n=c[1]
if(n!=l)location.replace(f[n]+location.search+location.hash)
else if(location.pathname!=a)history.replaceState(null,'',a+location.search+location.hash)
addEventListener('click',function(e){var t=e.target.closest&&e.target.closest('a[href]')
if(t&&!e.button&&!e.metaKey&&!e.ctrlKey&&!e.shiftKey&&!e.altKey&&!t.target&&!t.hasAttribute('download')&&t.origin==location.origin&&t.pathname!=location.pathname){e.preventDefault();e.stopImmediatePropagation();location.assign(t.href)}},true)
})(${JSON.stringify(folders)},${JSON.stringify(language)},${JSON.stringify(address)})`
}

function fontPreloads(link: string): string {
  const fonts = link.matchAll(/<([^>]+)>; rel=preload; as="font"[^,]*; type="([^"]+)"/g)
  return Array.from(
    fonts,
    ([, href, type]) => `<link rel="preload" as="font" href="${href}" type="${type}" crossorigin=""/>`,
  ).join('')
}

function inlineScripts(html: string): string[] {
  return Array.from(html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g), ([, code = '']) => code)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
