import { LABEL_SEPARATOR } from './table'

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

/** Converts a value to a cell. A list with one entry becomes that entry. */
export function word(value: Json | undefined): string {
  if (value === null || value === undefined) return ''
  if (isList(value)) return value.map(word).join(LABEL_SEPARATOR)
  return isObject(value) ? JSON.stringify(value) : String(value)
}
