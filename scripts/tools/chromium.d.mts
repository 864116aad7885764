/** Path of an installed Chromium; undefined leaves it to Playwright's own download. */
export function chromiumPath(): string | undefined

/** Path of Chromium without a window or camera, if installed; otherwise like `chromiumPath`. */
export function headlessShellPath(): string | undefined
