/**
 * Field numbers of onnx.proto3: model.graph, graph.output, value_info.name and .type, type.tensor_type,
 * tensor_type.elem_type.
 */
const [GRAPH, OUTPUT, NAME, TYPE, TENSOR, ELEMENT, FLOAT] = [7, 12, 1, 2, 1, 1, 1]

/**
 * Adds one output to a model's bytes: any float32 tensor within the graph, by name. Repeated protobuf messages are
 * merged, so appending a few bytes is enough, and nothing else changes.
 */
export function declareOutput(model: Uint8Array, tensor: string): Uint8Array {
  const type = message(TYPE, message(TENSOR, Uint8Array.of(ELEMENT << 3, FLOAT)))
  const output = message(OUTPUT, join(message(NAME, new TextEncoder().encode(tensor)), type))
  return join(model, message(GRAPH, output))
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
