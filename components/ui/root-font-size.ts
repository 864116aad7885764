/** The browser's font size in pixels: what 1rem is. Sizes that scripts calculate with follow it, as those in CSS do. */
export function rootFontSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
}
