import { type Disposition, readDisposition } from './content-disposition'

/** A form field or a file. */
export interface FormPart extends Disposition {
  isFile: boolean
  bytes: Uint8Array
}

/** A part before its content. */
export type PartHead = Omit<FormPart, 'bytes'>

/** Browsers send an empty file input as a file without a name and without content. */
export function isUnfilled({ filename, bytes }: FormPart): boolean {
  return filename === '' && bytes.byteLength === 0
}

/** Parses the headers of a part. */
export function parseHead(lines: readonly string[]): PartHead {
  const headerOf = (name: string) => {
    const line = lines.find((each) => each.slice(0, each.indexOf(':')).trim().toLowerCase() === name)
    return line?.slice(line.indexOf(':') + 1).trim() ?? ''
  }
  const disposition = readDisposition(headerOf('content-disposition'))
  const binary = /^application\/octet-stream\b/i.test(headerOf('content-type'))
  return { ...disposition, isFile: disposition.filename !== undefined || binary }
}
