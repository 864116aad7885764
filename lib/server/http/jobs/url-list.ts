import { Readable } from 'node:stream'
import Papa from 'papaparse'
import { Problem } from '@/lib/shared/problems/problem'
import { yieldingBetween } from '../../event-loop/slices'

/** Bytes parsed at a time, which takes a few milliseconds. */
const SLICE_BYTES = 1 << 14

interface ListedUrl {
  url: string
  /** The photo's name in the results; '' if the list has none. */
  file: string
}

/**
 * The URLs of a CSV with a column `url` and optionally `file`, read as fast as they are consumed.
 *
 * @throws Problem `invalid_parameter` if there is no column `url`
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
  // It strips a byte order mark, as spreadsheets write it.
  const decoder = new TextDecoder()
  for (let at = 0; at < list.byteLength; at += SLICE_BYTES) {
    yield decoder.decode(list.subarray(at, at + SLICE_BYTES), { stream: true })
  }
  yield decoder.decode()
}

function missingUrlColumn(names: readonly string[]): Problem {
  return new Problem(
    'invalid_parameter',
    `The CSV needs a column named url. Its columns are: ${names.join(', ') || 'none'}.`,
  )
}
