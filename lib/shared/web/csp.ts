/**
 * Content-Security-Policy of the pages: scripts only with this response's nonce, everything else from this server. The
 * visitor's photos are blob: URLs, the preview of the model input is a data: URL.
 *
 * @param development the development server evaluates code and reloads over a WebSocket
 * @param ancestors origins whose pages may embed this one in a frame
 */
export function contentSecurityPolicy(nonce: string, development: boolean, ancestors: readonly string[] = []): string {
  return [
    ...directives(
      `'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
      development ? "'self' 'unsafe-inline'" : "'self'",
      `'self' blob:${development ? ' ws:' : ''}`,
    ),
    `frame-ancestors ${ancestors.length > 0 ? ancestors.join(' ') : "'none'"}`,
  ].join('; ')
}

/**
 * Content-Security-Policy of a page in a file, which has it in a `meta` element: no host adds a nonce. Such an element
 * can't keep other pages from embedding this one.
 *
 * @param hashes SHA-256 of each inline script in base64
 */
export function fileContentSecurityPolicy(hashes: readonly string[]): string {
  return directives(["'self'", ...hashes.map((hash) => `'sha256-${hash}'`)].join(' '), "'self'", "'self' blob:").join(
    '; ',
  )
}

function directives(scripts: string, styles: string, connections: string): string[] {
  return [
    "default-src 'self'",
    `script-src ${scripts}`,
    `style-src ${styles}`,
    // React and Recharts set sizes and positions with style attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    // The HEIC converter runs in a worker created from a blob.
    "worker-src 'self' blob:",
    `connect-src ${connections}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ]
}
