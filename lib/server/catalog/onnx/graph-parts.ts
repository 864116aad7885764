import { closeSync, openSync, readSync } from 'node:fs'
import { dirname, join as joinPath } from 'node:path'
import { join, message, number as numberField } from '@/lib/shared/inference/protobuf-writer'
import { type Field, ProtobufFile } from './protobuf-file'

/** Field numbers of onnx.proto3. */
const MODEL_GRAPH = 7
const [NODE, INITIALIZER, INPUT, SPARSE] = [1, 5, 11, 15]
const [NODE_INPUT, NODE_OUTPUT, NODE_ATTRIBUTE] = [1, 2, 5]
const [ATTRIBUTE_GRAPH, ATTRIBUTE_GRAPHS] = [6, 11]
const [TENSOR_NAME, TENSOR_RAW, TENSOR_EXTERNAL, TENSOR_LOCATION] = [8, 9, 13, 14]
const SPARSE_VALUES = 1
const [KEY, VALUE] = [1, 2]

/** A node, a weight or an input of a graph, with its bytes as they are in the file. */
export interface GraphPart {
  kind: 'node' | 'weight' | 'sparse weight' | 'input'
  /** Tensors that it defines. */
  outputs: readonly string[]
  /** Tensors that it reads, also those that graphs within it read. */
  inputs: readonly string[]
  bytes: Uint8Array
}

/** A model file: what is outside its graph, and the parts of the graph. */
export interface ModelParts {
  /** Each a field with its key. */
  header: readonly Uint8Array[]
  parts: readonly GraphPart[]
}

/** Version of the file, its producer, and its operator sets; what describes the whole graph is left out. */
const HEADER_VERSION = 1
const HEADER_FIELDS = new Set([HEADER_VERSION, 8, 25])

/** Takes a model file apart, with its weights, also those in files beside it. */
export function readModelParts(path: string): ModelParts {
  const file = new ProtobufFile(path)
  try {
    const fields = [...file.fields(0, file.size)]
    return {
      header: fields.filter(({ number }) => HEADER_FIELDS.has(number)).map((field) => withKey(file, field)),
      parts: fields
        .filter(({ number }) => number === MODEL_GRAPH)
        .flatMap((graph) => partsOf(file, graph, dirname(path))),
    }
  } finally {
    file.close()
  }
}

/** The parts that a tensor depends on, in file order. */
export function partsFor(parts: readonly GraphPart[], tensors: readonly string[]): GraphPart[] {
  const needed = new Set(tensors)
  const kept: GraphPart[] = []
  // Nodes are sorted, so those that need a tensor come after the one that defines it.
  for (const part of parts.toReversed().toSorted((a, b) => rank(a) - rank(b))) {
    if (!part.outputs.some((name) => needed.has(name))) continue
    kept.push(part)
    for (const name of part.inputs) needed.add(name)
  }
  return parts.filter((part) => kept.includes(part))
}

const rank = ({ kind }: GraphPart) => (kind === 'node' ? 0 : 1)

function partsOf(file: ProtobufFile, graph: Field, folder: string): GraphPart[] {
  return [...file.fields(graph.from, graph.to)].flatMap((field): GraphPart[] => {
    const bytes = () => file.bytes(field.from, field.to)
    if (field.number === NODE) return [{ kind: 'node', ...namesOfNode(file, field), bytes: bytes() }]
    if (field.number === INPUT) return [{ kind: 'input', inputs: [], outputs: strings(file, field, 1), bytes: bytes() }]
    if (field.number === INITIALIZER)
      return [
        { kind: 'weight', inputs: [], outputs: strings(file, field, TENSOR_NAME), bytes: weight(file, field, folder) },
      ]
    if (field.number !== SPARSE) return []
    const values = [...file.fields(field.from, field.to)].filter(({ number }) => number === SPARSE_VALUES)
    const outputs = values.flatMap((tensor) => strings(file, tensor, TENSOR_NAME))
    return [{ kind: 'sparse weight', inputs: [], outputs, bytes: bytes() }]
  })
}

function namesOfNode(file: ProtobufFile, node: Field): { inputs: string[]; outputs: string[] } {
  const within = [...file.fields(node.from, node.to)]
    .filter(({ number }) => number === NODE_ATTRIBUTE)
    .flatMap((attribute) => [...file.fields(attribute.from, attribute.to)])
    .filter(({ number }) => number === ATTRIBUTE_GRAPH || number === ATTRIBUTE_GRAPHS)
    .flatMap((graph) => [...file.fields(graph.from, graph.to)])
    .filter(({ number }) => number === NODE)
    .flatMap((inner) => namesOfNode(file, inner).inputs)
  return { inputs: [...strings(file, node, NODE_INPUT), ...within], outputs: strings(file, node, NODE_OUTPUT) }
}

function strings(file: ProtobufFile, message: Field, number: number): string[] {
  return [...file.fields(message.from, message.to)]
    .filter((field) => field.number === number)
    .map((field) => file.text(field))
}

/** A field as it is in the file, with its key. */
function withKey(file: ProtobufFile, { number, value, from, to }: Field): Uint8Array {
  return number === HEADER_VERSION ? numberField(number, value) : message(number, file.bytes(from, to))
}

/** A weight with its values, which may be in another file. */
function weight(file: ProtobufFile, tensor: Field, folder: string): Uint8Array {
  const fields = [...file.fields(tensor.from, tensor.to)]
  const external = fields.filter(({ number }) => number === TENSOR_EXTERNAL)
  if (external.length === 0) return file.bytes(tensor.from, tensor.to)
  const place = new Map(external.map((entry) => [strings(file, entry, KEY)[0], strings(file, entry, VALUE)[0] ?? '']))
  const kept = fields.filter(({ number }) => number !== TENSOR_EXTERNAL && number !== TENSOR_LOCATION)
  // A field's key ends where its content, or for other types its value, begins.
  const start = (index: number) => (index === 0 ? tensor.from : (fields[index - 1]?.to ?? tensor.from))
  const raw = kept.map((field) => file.bytes(start(fields.indexOf(field)), field.to))
  const values = readPart(
    joinPath(folder, place.get('location') ?? ''),
    Number(place.get('offset') ?? 0),
    Number(place.get('length') ?? 0),
  )
  return join([...raw, message(TENSOR_RAW, values)])
}

function readPart(path: string, from: number, length: number): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(length)
    if (readSync(file, bytes, 0, length, from) < length) throw new Error(`${path} is too short`)
    return bytes
  } finally {
    closeSync(file)
  }
}
