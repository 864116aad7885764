/** Error messages of ONNX Runtime, and what they mean for the person who added the model. */
const EXPLANATIONS: [pattern: RegExp, explain: (match: RegExpMatchArray) => string][] = [
  [
    /Unsupported data type: 16\b|tensor\(bfloat16\)|bfloat16/i,
    () => 'the model uses bfloat16, which is not supported on CPUs: export it as float32 or float16',
  ],
  [/Protobuf parsing failed/i, () => 'the file is not an ONNX model, or is truncated: download or export it again'],
  [
    /Unsupported model IR version: (\d+)/i,
    ([, version]) =>
      `the model uses version ${version} of the ONNX format, which is too new: export it with an older onnx package`,
  ],
  [
    /opset (\d+) is under development|Current official support for domain \S+ is till opset (\d+)/i,
    ([, a, b]) => `the model uses opset ${a ?? b ?? ''}, which is too new: export it with a lower opset_version`,
  ],
  [
    /Could not find an implementation for ([\w.]+\(\d+\)|[\w.]+)/i,
    ([, op]) => `the operator ${op} is not available on CPUs for the model's data type: export it as float32`,
  ],
  [
    /(?:No Op registered for|is not a registered function\/op|No opset import for domain)[:\s]*(\S+)?/i,
    () => 'the model uses an operator that ONNX Runtime does not support (a custom operator or a newer opset)',
  ],
  [
    /Non tensor type/i,
    () => 'the outputs are lists, not tensors: export the model without ZipMap (skl2onnx: options={"zipmap": False})',
  ],
  [
    /(External data|external initializer|data file|file_size|mmap|model_path must not be empty).*/is,
    () => 'the weights file is missing, too short, or not where the model expects it',
  ],
  [/bad_alloc|Failed to allocate memory|out of memory/i, () => 'the model needs more memory than is available'],
]

/** Messages about mismatching shapes. */
const SIZE_MISMATCH =
  /Got invalid dimensions for input|GEMM: Dimension mismatch|cannot be reshaped|Dimension mismatch|ShapeInferenceError|incompatible dimensions|axis dimension|must match/i

/**
 * Explains an ONNX Runtime error in one line. The original message is appended, because it may help.
 *
 * @param size size of the image that the model was run with, if it was
 */
export function explainRuntimeError({ message }: Error, size?: { width: number; height: number }): string {
  const original = message.split('\n')[0]?.trim().slice(0, 300) ?? ''
  for (const [pattern, explain] of EXPLANATIONS) {
    const match = pattern.exec(message)
    if (match) return `${explain(match)} (ONNX Runtime: ${original})`
  }
  if (SIZE_MISMATCH.test(message)) {
    const problem = size
      ? `the model fails on ${size.width} × ${size.height} images: preprocessor_config.json produces a size that the model was not exported for`
      : 'the graph is inconsistent: tensor shapes inside it do not match'
    return `${problem} (ONNX Runtime: ${original})`
  }
  return `ONNX Runtime cannot run the model: ${original}`
}
