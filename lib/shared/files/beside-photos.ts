/** What systems and packers leave in folders and archives, and nobody means: hidden files, thumbnails and settings of macOS and Windows. */
export function isLitter(path: string): boolean {
  const parts = path.split('/')
  if (parts.some((part) => part.startsWith('.') && part !== '.' && part !== '..')) return true
  return parts.includes('__MACOSX') || /^(thumbs\.db|desktop\.ini|ehthumbs\.db)$/i.test(parts.at(-1) ?? '')
}

/** Whether a file beside photos tells what they show: never a photo, whatever is in it. */
export function isLabelsName(path: string): boolean {
  return /\.(csv|tsv)$|(^|\/)labels?[^/]*\.(txt|jsonl?|ndjson|xlsx|ods)$/i.test(path)
}
