const COLOURS = 3
/** ITU-R 601-2 luma in 16-bit fixed point, rounded, as in Pillow's `convert('L')` (libImaging/Convert.c, L24). */
const [RED, GREEN, BLUE, HALF, SHIFT] = [19595, 38470, 7471, 0x8000, 16]

/** Converts RGB pixels to grayscale in place: all three values become the luma, identical to Pillow's. */
export function toGreyscale(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i += COLOURS) {
    const [r, g, b] = [pixels[i] as number, pixels[i + 1] as number, pixels[i + 2] as number]
    const luma = (r * RED + g * GREEN + b * BLUE + HALF) >> SHIFT
    pixels[i] = luma
    pixels[i + 1] = luma
    pixels[i + 2] = luma
  }
}
