import { identifyFile } from './identify-file'
import { type Field, ProtobufError, ProtobufFile } from './protobuf-file'

/** An operator node of a graph. For field numbers, see onnx.proto3. */
export interface OnnxNode {
  op: string
  inputs: readonly string[]
  outputs: readonly string[]
  /** Attributes with lists of strings, such as ZipMap's labels. */
  strings: ReadonlyMap<string, readonly string[]>
}

/** An input or output of a graph: dimensions (0 if dynamic) and element type number (0 if it isn't a tensor). */
export interface OnnxValue {
  name: string
  dims: readonly number[]
  type: number
}

/** The content of a model file except its weights. */
export interface OnnxGraph {
  metadata: ReadonlyMap<string, string>
  nodes: readonly OnnxNode[]
  /** The first input that is no weight; null if there is none. */
  input: OnnxValue | null
  /** All inputs that are no weights, in file order. */
  inputs: readonly OnnxValue[]
  /** Output names, in file order. */
  outputs: readonly string[]
  /** The outputs as the file declares them, in the same order. */
  outputValues: readonly OnnxValue[]
  /** Dimensions of the top-level graph's weights, by name. */
  weights: ReadonlyMap<string, readonly number[]>
  /** External weight files, as named in the graph, and the minimum size of each. */
  dataFiles: ReadonlyMap<string, number>
}

/** Maximum nesting of graphs (If, Loop) in any model. */
const MAX_NESTED = 16
const EXTERNAL = 1
/** Fields of ModelProto. */
const MODEL_FIELDS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26])

/**
 * Reads a model file without its weights.
 *
 * @param name name of the file in messages
 * @throws Error with a one-line message if the file is not a model
 */
export function readOnnxGraph(path: string, name: string): OnnxGraph {
  const file = new ProtobufFile(path)
  try {
    return new Reader(file).model()
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    const other = identifyFile(path)
    if (other !== null) throw new Error(`${name} ${other}`, { cause: error })
    throw new Error(
      error.kind === 'cut off'
        ? `${name} is truncated or is not an ONNX file (it has ${file.size} bytes): download it again`
        : `${name} is not an ONNX file`,
      { cause: error },
    )
  } finally {
    file.close()
  }
}

class Reader {
  private readonly nodes: OnnxNode[] = []
  private readonly inputs: OnnxValue[] = []
  private readonly outputValues: OnnxValue[] = []
  private readonly weights = new Map<string, readonly number[]>()
  private readonly dataFiles = new Map<string, number>()

  constructor(private readonly file: ProtobufFile) {}

  model(): OnnxGraph {
    const metadata = new Map<string, string>()
    let outputs: string[] | undefined
    for (const field of this.file.fields(0, this.file.size)) {
      if (!MODEL_FIELDS.has(field.number)) throw new ProtobufError('malformed')
      if (field.number === 7) outputs = [...(outputs ?? []), ...this.graph(field, 0)]
      if (field.number === 14) metadata.set(...this.entry(field))
    }
    if (outputs === undefined) throw new ProtobufError('malformed')
    const { nodes, dataFiles, weights, outputValues } = this
    // Older files list their weights as inputs, too.
    const inputs = this.inputs.filter(({ name }) => !weights.has(name))
    return { metadata, nodes, input: inputs[0] ?? null, inputs, outputs, outputValues, weights, dataFiles }
  }

  /** Returns the outputs. Nodes and constants are only collected from the top-level graph. */
  private graph(message: Field, depth: number): string[] {
    if (depth > MAX_NESTED) throw new ProtobufError('malformed')
    const outputs: string[] = []
    for (const field of this.each(message)) {
      if (field.number === 1) this.node(field, depth)
      if (field.number === 5) this.weight(field, depth)
      if (field.number === 11 && depth === 0) this.inputs.push(this.valueInfo(field))
      if (field.number === 12) outputs.push(this.output(field, depth))
      if (field.number === 15) this.sparse(field)
    }
    return outputs
  }

  private output(message: Field, depth: number): string {
    if (depth === 0) this.outputValues.push(this.valueInfo(message))
    return this.string(message, 1)
  }

  private node(message: Field, depth: number): void {
    const fields = [...this.each(message)]
    const texts = (number: number) =>
      fields.filter((field) => field.number === number).map((field) => this.file.text(field))
    const [inputs, outputs, [op = '']] = [texts(1), texts(2), texts(4)]
    const attributes = fields.filter(({ number }) => number === 5)
    const strings = new Map(attributes.map((field) => this.attribute(field, depth)))
    if (depth === 0) this.nodes.push({ op, inputs, outputs, strings })
  }

  private attribute(message: Field, depth: number): [name: string, strings: string[]] {
    const fields = [...this.each(message)]
    for (const field of fields) {
      if (field.number === 5 || field.number === 10) this.tensor(field)
      if (field.number === 6 || field.number === 11) this.graph(field, depth + 1)
    }
    const strings = fields.filter(({ number }) => number === 9).map((field) => this.file.text(field))
    return [this.string(message, 1), strings]
  }

  private valueInfo(message: Field): OnnxValue {
    const input = { name: this.string(message, 1), dims: [] as number[], type: 0 }
    for (const field of this.inside(message, 2, 1)) {
      if (field.number === 1) input.type = field.value
      if (field.number !== 2) continue
      for (const side of this.each(field)) input.dims.push(this.number(side, 1))
    }
    return input
  }

  /** The fields of a nested message, by a path of field numbers. */
  private *inside(message: Field, ...path: number[]): Generator<Field> {
    const [number, ...rest] = path
    if (number === undefined) yield* this.each(message)
    else for (const field of this.each(message)) if (field.number === number) yield* this.inside(field, ...rest)
  }

  private number(message: Field, number: number): number {
    for (const field of this.each(message)) if (field.number === number) return field.value
    return 0
  }

  private weight(message: Field, depth: number): void {
    if (depth === 0) this.weights.set(this.string(message, 8), this.dims(message))
    this.tensor(message)
  }

  /** Each dimension is a field of its own, or all are packed into one. */
  private dims(message: Field): number[] {
    const fields = [...this.each(message)].filter(({ number }) => number === 1)
    return fields.flatMap((field) => this.file.varints(field))
  }

  private sparse(message: Field): void {
    for (const part of this.each(message)) if (part.number < 3) this.tensor(part)
  }

  /** Reads only the location of the data, not the data itself. */
  private tensor(message: Field): void {
    const fields = [...this.each(message)]
    const location = fields.findLast(({ number }) => number === 14)?.value
    if (location === EXTERNAL) this.external(fields.filter(({ number }) => number === 13))
  }

  private external(entries: readonly Field[]): void {
    const attributes = new Map(entries.map((field) => this.entry(field)))
    const location = attributes.get('location')
    if (location === undefined) throw new ProtobufError('malformed')
    const end = Number(attributes.get('offset') ?? 0) + Number(attributes.get('length') ?? 0)
    this.dataFiles.set(location, Math.max(this.dataFiles.get(location) ?? 0, Number.isFinite(end) ? end : 0))
  }

  private entry(message: Field): [key: string, value: string] {
    return [this.string(message, 1), this.string(message, 2)]
  }

  private string(message: Field, number: number): string {
    for (const field of this.each(message)) if (field.number === number) return this.file.text(field)
    return ''
  }

  private each({ from, to }: Field): Generator<Field> {
    return this.file.fields(from, to)
  }
}
