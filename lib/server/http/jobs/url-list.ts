import { Readable } from 'node:stream'
import Papa from 'papaparse'
import { Problem } from '@/lib/shared/problems/problem'
import { yieldingBetween } from '../../event-loop/slices'

/** Bytes of a list that are parsed in one go: a few milliseconds. */
const SLICE_BYTES = 1 << 14

interface ListedUrl {
  url: string
  /** What the photo is called in the results; '' where the list does not say. */
  file: string
}

/**
 * The addresses of a list, CSV with a column `url` and perhaps one `file`, as fast as they are taken.
 *
 * @throws Problem `invalid_parameter` where there is no column `url`
 */
export async function* readUrlList(list: Uint8Array): AsyncGenerator<ListedUrl> {
  const parser = Papa.parse(Papa.NODE_STREAM_INPUT, { skipEmptyLines: 'greedy' })
  const rows = Readable.from(textOf(list)).pipe(parser) as AsyncIterable<string[]>
  let [url, file] = [-1, -1]
  for await (const row of yieldingBetween(rows)) {
    if (url >= 0) yield { url: (row[url] ?? '').trim(), file: (row[file] ?? '').trim() }
    else {
      const names = row.map((name) => name.trim().toLowerCase())
      ;[url, file] = [names.indexOf('url'), names.indexOf('file')]
      if (url < 0) throw missingUrlColumn(names)
    }
  }
  if (url < 0) throw missingUrlColumn([])
}

function* textOf(list: Uint8Array): Generator<string> {
  // It takes a byte order mark away, as spreadsheets write it.
  const decoder = new TextDecoder()
  for (let at = 0; at < list.byteLength; at += SLICE_BYTES) {
    yield decoder.decode(list.subarray(at, at + SLICE_BYTES), { stream: true })
  }
  yield decoder.decode()
}

function missingUrlColumn(names: readonly string[]): Problem {
  return new Problem('invalid_parameter', `The CSV needs a column url; it has: ${names.join(', ') || 'none'}.`)
}
