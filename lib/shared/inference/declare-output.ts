import { message, text } from './protobuf-writer'

/** Field numbers of onnx.proto3: model.graph, graph.output and value_info.name. */
const [GRAPH, OUTPUT, NAME] = [7, 12, 1]

/**
 * The bytes that declare tensors within a graph as outputs, to be appended to a model's bytes. Repeated protobuf
 * messages are merged, so nothing else changes. ONNX Runtime infers types and shapes.
 *
 * @param tensors names; none may be an output already
 */
export function outputDeclarations(tensors: readonly string[]): Uint8Array {
  return message(GRAPH, ...tensors.map((name) => message(OUTPUT, text(NAME, name))))
}
