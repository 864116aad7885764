import type { Measure } from '@/lib/shared/usage/summary'
import { useFormat } from '../ui/use-format'

/** Formats a figure in the visitor's language. */
export function useFigure(): (measure: Measure, value: number) => string {
  const format = useFormat()
  return (measure, value) => (measure === 'bytes' ? format.bytes(value) : format.integer(value))
}
