const KEY = Symbol.for('vision-object-classifier.page-cookie')
const globals = globalThis as { [KEY]?: PageCookie }

/** Makes the cookie of a page from the headers of its request; null if it needs none, or has one already. */
type PageCookie = (headers: Headers) => Promise<string | null>

/** Sets how pages of this process get the session that lets them use the API. Next.js bundles pages separately. */
export function providePageCookie(make: PageCookie): void {
  globals[KEY] = make
}

/** The cookie to set with a page; null for none. */
export async function pageCookie(headers: Headers): Promise<string | null> {
  return (await globals[KEY]?.(headers)) ?? null
}
