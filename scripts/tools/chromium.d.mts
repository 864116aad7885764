/** Path of an installed Chromium; undefined leaves it to Playwright's own download. */
export function chromiumPath(): string | undefined
