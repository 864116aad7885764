import type { PhotoTraits } from './photo-traits'

/** The traits of a photo in its row of results. */
export interface RowTraits extends Omit<PhotoTraits, 'print'> {
  /** In base64. */
  print: string
}

export function toRowTraits({ print, ...rest }: PhotoTraits): RowTraits {
  return { print: btoa(String.fromCharCode(...print)), ...rest }
}

export function fromRowTraits({ print, ...rest }: RowTraits): PhotoTraits {
  return { print: Uint8Array.from(atob(print), (character) => character.charCodeAt(0)), ...rest }
}
