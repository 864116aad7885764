import { closeSync, openSync, readSync } from 'node:fs'

const PICKLE = 'is a Python pickle (PyTorch, scikit-learn): export the model as ONNX'

/** What people save in place of a model, told by how it begins: words at a place, or words anywhere at the start. */
const KNOWN: readonly { is: string; at?: number; bytes?: string; words?: RegExp }[] = [
  {
    words: /^version https:\/\/git-lfs/,
    is: 'is a Git LFS pointer, not the file itself: run git lfs pull, or download the file',
  },
  {
    words: /^\s*<(!doctype|html|head|\?xml|!--)/i,
    is: 'is a web page: download the file itself, not the page that shows it',
  },
  { words: /^\s*[[{]\s*["\]}[{]/, is: 'is JSON, not a model' },
  {
    at: 0,
    bytes: '504b0304',
    is: 'is a ZIP archive: unpack it, or export the model as ONNX (PyTorch: torch.onnx.export)',
  },
  { at: 0, bytes: '89484446', is: 'is an HDF5 file (Keras): export the model as ONNX, for example with tf2onnx' },
  { at: 0, bytes: '8002', is: PICKLE },
  { at: 0, bytes: '8003', is: PICKLE },
  { at: 0, bytes: '8004', is: PICKLE },
  { at: 0, bytes: '8005', is: PICKLE },
  { at: 4, bytes: '54464c33', is: 'is a TensorFlow Lite file: convert it to ONNX, for example with tf2onnx' },
  { at: 4, bytes: '4f52544d', is: 'is in the ORT format: give the ONNX file that it was made from' },
  { at: 8, bytes: '7b22', is: 'is a safetensors file: export the model as ONNX' },
  { at: 0, bytes: '1f8b', is: 'is packed with gzip: unpack it first' },
]

/** What a file is that is no ONNX model, and what to do; null where nothing is recognised. */
export function recognise(path: string): string | null {
  const begin = Buffer.alloc(512)
  const descriptor = openSync(path, 'r')
  try {
    const length = readSync(descriptor, begin, 0, begin.length, 0)
    if (length === 0) return 'is empty: download it again'
    const text = begin
      .subarray(0, length)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
    const found = KNOWN.find(({ words, at = 0, bytes = '' }) =>
      words ? words.test(text) : begin.toString('hex', at, at + bytes.length / 2) === bytes,
    )
    return found?.is ?? null
  } finally {
    closeSync(descriptor)
  }
}
