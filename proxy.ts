import { type NextRequest, NextResponse } from 'next/server'
import { pagesLackGuard } from '@/lib/server/auth/guard'
import { pageCookie } from '@/lib/server/auth/page-cookie'
import { devicesMayClassify, frameAncestors, isDevelopment } from '@/lib/server/config/environment'
import { contentSecurityPolicy } from '@/lib/shared/web/csp'

/**
 * Sets the security and cache headers of every page. Next.js adds the nonce from the request's policy to its own scripts.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  if (pagesLackGuard()) {
    return new NextResponse('BASIC_AUTH protects pages only under npm start. Start the server with npm start.\n', {
      status: 503,
    })
  }
  const nonce = Buffer.from(crypto.randomUUID()).toString('base64')
  const policy = contentSecurityPolicy(nonce, isDevelopment(), frameAncestors())
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  headers.set('x-nonce', nonce)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  // Next.js would send `no-store`, which keeps pages out of the browser's back/forward cache.
  response.headers.set('cache-control', 'private, no-cache')
  response.headers.set('x-content-type-options', 'nosniff')
  if (devicesMayClassify()) {
    // Lets the page's workers share memory between threads, which decoding photos in the browser needs.
    response.headers.set('cross-origin-opener-policy', 'same-origin')
    response.headers.set('cross-origin-embedder-policy', 'require-corp')
  }
  response.headers.set('referrer-policy', 'strict-origin-when-cross-origin')
  response.headers.set('permissions-policy', 'camera=(self), geolocation=(), microphone=()')
  const cookie = await pageCookie(request.headers)
  if (cookie !== null) response.headers.append('set-cookie', cookie)
  return response
}

export const config = {
  matcher: [
    // Below a base path, the other one doesn't match the home page.
    '/',
    '/((?!(?:api|explanations|gradio_api|health|hf|predictions|torchserve|v1|v2)/|(?:config|mcp|ping|v2)$|_next/static/|gallery/(?:.+\\.(?:webp|png|jpg|csv)$)|icons/|manifest\\.webmanifest$|sw\\.js$).*)',
  ],
}
