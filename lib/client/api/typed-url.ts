/** What people type: a host with a dot, and a path. */
const WITHOUT_SCHEME = /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+(:\d+)?\/\S+$/u

/** The URL that a visitor typed, which may lack its scheme, or null. */
export function parseTypedUrl(text: string): string | null {
  const trimmed = text.trim()
  return parseHttpUrl(WITHOUT_SCHEME.test(trimmed) ? `https://${trimmed}` : trimmed)
}

/** The text if it is an http(s) URL and nothing else, or null. */
function parseHttpUrl(text: string): string | null {
  const trimmed = text.trim()
  return /^https?:\/\/\S+$/i.test(trimmed) && URL.canParse(trimmed) ? trimmed : null
}
