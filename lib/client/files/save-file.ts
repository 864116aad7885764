/** Downloads text as a file. */
export function saveFile(name: string, type: string, content: string): void {
  saveBlob(name, new Blob([content], { type }))
}

/** Downloads a blob as a file. */
export function saveBlob(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // By then, the browser has started to read it.
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
