import { closeSync, openSync, readSync } from 'node:fs'

const PICKLE = 'is a Python pickle (PyTorch, scikit-learn): export the model as ONNX'

/**
 * File types that are often mistaken for a model, recognized by bytes at an offset or by a text pattern at the start.
 */
const SIGNATURES: readonly { description: string; at?: number; bytes?: string; pattern?: RegExp }[] = [
  {
    pattern: /^version https:\/\/git-lfs/,
    description: 'is a Git LFS pointer, not the file itself: run git lfs pull, or download the file',
  },
  {
    pattern: /^\s*<(!doctype|html|head|\?xml|!--)/i,
    description: 'is a web page: download the file itself, not the page that shows it',
  },
  { pattern: /^\s*[[{]\s*["\]}[{]/, description: 'is JSON, not a model' },
  {
    at: 0,
    bytes: '504b0304',
    description: 'is a ZIP archive: extract it, or export the model as ONNX (PyTorch: torch.onnx.export)',
  },
  {
    at: 0,
    bytes: '89484446',
    description: 'is an HDF5 file (Keras): export the model as ONNX, for example with tf2onnx',
  },
  { at: 0, bytes: '8002', description: PICKLE },
  { at: 0, bytes: '8003', description: PICKLE },
  { at: 0, bytes: '8004', description: PICKLE },
  { at: 0, bytes: '8005', description: PICKLE },
  { at: 4, bytes: '54464c33', description: 'is a TensorFlow Lite file: convert it to ONNX, for example with tf2onnx' },
  { at: 4, bytes: '4f52544d', description: 'is in the ORT format: use the ONNX file that it was converted from' },
  { at: 8, bytes: '7b22', description: 'is a safetensors file: export the model as ONNX' },
  { at: 0, bytes: '1f8b', description: 'is compressed with gzip: decompress it first' },
]

/** Describes a file that is not an ONNX model, and what to do; null if it is not recognized. */
export function identifyFile(path: string): string | null {
  const head = Buffer.alloc(512)
  const descriptor = openSync(path, 'r')
  try {
    const length = readSync(descriptor, head, 0, head.length, 0)
    if (length === 0) return 'is empty: download it again'
    const text = head
      .subarray(0, length)
      .toString('utf8')
      .replace(/^\uFEFF/, '')
    const found = SIGNATURES.find(({ pattern, at = 0, bytes = '' }) =>
      pattern ? pattern.test(text) : head.toString('hex', at, at + bytes.length / 2) === bytes,
    )
    return found?.description ?? null
  } finally {
    closeSync(descriptor)
  }
}
