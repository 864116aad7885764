/** Whether a file is system clutter: hidden files, and thumbnails and settings of macOS and Windows. */
export function isSystemFile(path: string): boolean {
  const parts = path.split('/')
  if (parts.some((part) => part.startsWith('.') && part !== '.' && part !== '..')) return true
  return parts.includes('__MACOSX') || /^(thumbs\.db|desktop\.ini|ehthumbs\.db)$/i.test(parts.at(-1) ?? '')
}

/**
 * Whether a file among photos is a labels file, by its name. It is then never treated as a photo, whatever it
 * contains.
 */
export function isLabelsFileName(path: string): boolean {
  return /\.(csv|tsv)$|(^|\/)labels?[^/]*\.(txt|jsonl?|ndjson|xlsx|ods)$/i.test(path)
}
