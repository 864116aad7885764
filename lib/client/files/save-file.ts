/** Saves text as a file, as if it were downloaded. */
export function saveFile(name: string, type: string, content: string): void {
  saveBlob(name, new Blob([content], { type }))
}

/** The same of bytes. */
export function saveBlob(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
