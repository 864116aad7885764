/** Parameters of libde265 (`de265_param`) that disable HEVC's in-loop filters. */
const [DISABLE_DEBLOCKING, DISABLE_SAO] = [7, 8]
const [I32_CONST, CALL] = [0x41, 0x10]

/**
 * The WebAssembly build of libheif disables HEVC's deblocking and sample adaptive offset filters to be faster in
 * browsers ("Speed up decoding from JavaScript", decoder_libde265.cc). Its pixels therefore differ from the standard by
 * up to 13 levels in a phone photo. This function enables the filters: the two calls `de265_set_parameter_bool(decoder,
 * DISABLE_…, 1)` get a 0. Decoding takes a fifth more time.
 *
 * @param wasm libheif.wasm; modified in place
 * @returns the number of changed calls: 4, two in each function that creates a decoder
 */
export function enableInLoopFilters(wasm: Uint8Array): number {
  let changed = 0
  for (let at = wasm.indexOf(I32_CONST); at >= 0; at = wasm.indexOf(I32_CONST, at + 1)) {
    const deblocking = callAt(wasm, at, DISABLE_DEBLOCKING)
    if (deblocking === null) continue
    // Between the two calls, only the decoder is loaded again.
    const sao = [2, 3, 4, 5, 6]
      .map((gap) => deblocking.end + gap)
      .find((next) => isPartner(wasm, next, deblocking.target))
    if (sao === undefined) continue
    for (const call of [at, sao]) wasm[call + 3] = 0
    changed += 2
  }
  return changed
}

function isPartner(wasm: Uint8Array, at: number, target: string): boolean {
  return callAt(wasm, at, DISABLE_SAO)?.target === target
}

/** The function that is called with (…, parameter, 1) by the instructions at an offset, and where they end. */
function callAt(wasm: Uint8Array, at: number, parameter: number): { target: string; end: number } | null {
  const wanted = [I32_CONST, parameter, I32_CONST, 1, CALL]
  if (!wanted.every((byte, i) => wasm[at + i] === byte)) return null
  let end = at + wanted.length
  while (((wasm[end] ?? 0) & 0x80) !== 0) end++ // The function index, seven bits per byte.
  end++
  return { target: String(wasm.subarray(at + wanted.length, end)), end }
}
