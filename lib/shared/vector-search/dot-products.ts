import { DOT_PRODUCTS_WASM } from './dot-products-wasm'

/** The compiled functions and their memory, one instance for each index. */
export interface DotProducts {
  memory: WebAssembly.Memory
  dotOne(matrix: number, rows: number, width: number, query: number, out: number): void
  dotFour(matrix: number, rows: number, width: number, queries: number, out: number): void
}

let module: WebAssembly.Module | undefined

/** A new instance with an empty memory of its own, which is freed with it. */
export function dotProducts(): DotProducts {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(DOT_PRODUCTS_WASM), (character) => character.charCodeAt(0)))
  return new WebAssembly.Instance(module).exports as unknown as DotProducts
}
