import type { ResultFormat } from '@/lib/shared/results/columns'

/** Longer names are a burden in a list of downloads. */
const MAX_LENGTH = 60
/** What a file name mustn't contain on some system, spaces, and separators that would double. */
const UNSAFE = /[\p{C}\s<>:"/\\|?*&#%.,;'`’“”„·-]+/gu

/**
 * The name of an exported file, from the names of the batch and of the model.
 *
 * @example exportName('My birds & things', 'Fast', 'csv') // 'My-birds-things-fast.csv'
 */
export function exportName(batch: string, model: string | null, format: ResultFormat): string {
  const parts = [safe(batch), safe(model ?? '').toLowerCase()].filter((part) => part !== '')
  return `${parts.join('-') || 'results'}.${format}`
}

function safe(name: string): string {
  const text = name.normalize('NFC').replaceAll(UNSAFE, '-')
  return [...text]
    .slice(0, MAX_LENGTH)
    .join('')
    .replaceAll(/^-+|-+$/g, '')
}
