/**
 * Content-Security-Policy of the pages: scripts only with this response's nonce, everything else from this
 * server. A visitor's photos are blob: URLs; the model's view of a photo is a data: URL.
 *
 * @param development the development server evaluates code and reloads over a socket
 * @param ancestors origins whose pages may show this one in a frame
 */
export function contentSecurityPolicy(nonce: string, development: boolean, ancestors: readonly string[] = []): string {
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    development ? "style-src 'self' 'unsafe-inline'" : "style-src 'self'",
    // React and Recharts set sizes and positions by style attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    // The converter of HEIC runs beside the page, from its own text.
    "worker-src 'self' blob:",
    `connect-src 'self' blob:${development ? ' ws:' : ''}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${ancestors.length > 0 ? ancestors.join(' ') : "'none'"}`,
  ].join('; ')
}
