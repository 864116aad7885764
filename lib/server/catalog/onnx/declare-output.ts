/** Field numbers of onnx.proto3: model.graph, graph.output and value_info.name. */
const [GRAPH, OUTPUT, NAME] = [7, 12, 1]

/**
 * The bytes that declare tensors within a graph as outputs, to be appended to a model's bytes. Repeated protobuf
 * messages are merged, so nothing else changes. ONNX Runtime infers types and shapes.
 *
 * @param tensors names; none may be an output already
 */
export function outputDeclarations(tensors: readonly string[]): Uint8Array {
  const encoder = new TextEncoder()
  const outputs = tensors.map((name) => message(OUTPUT, message(NAME, encoder.encode(name))))
  return message(GRAPH, join(...outputs))
}

function message(field: number, content: Uint8Array): Uint8Array {
  return join(Uint8Array.of((field << 3) | 2), varint(content.length), content)
}

function varint(value: number): Uint8Array {
  return value < 128 ? Uint8Array.of(value) : join(Uint8Array.of((value % 128) | 128), varint(Math.floor(value / 128)))
}

function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
