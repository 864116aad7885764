/**
 * The exponential and the logarithm from additions, multiplications and divisions only. `Math.exp` and `Math.log` differ
 * in the last bit between JavaScript engines, so a model trained with them would not have the same bytes everywhere.
 * Source: fdlibm 5.3, e_exp.c and e_log.c (Sun Microsystems, freely granted); within one unit in the last place.
 */

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
/** Beyond these, the result is zero or infinite. */
const [SMALLEST, LARGEST] = [-745.1332191019411, 709.782712893384]
const EXP = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6, 4.1381367970572385e-8,
] as const
const LOG = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
] as const

/** e to the power of x. */
export function exactExp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > LARGEST) return Number.POSITIVE_INFINITY
  if (x < SMALLEST) return 0
  const k = Math.floor(x * Math.LOG2E + 0.5)
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW
  const r = high - low
  const t = r * r
  const c = r - t * (EXP[0] + t * (EXP[1] + t * (EXP[2] + t * (EXP[3] + t * EXP[4]))))
  return scaled(1 - (low - (r * c) / (2 - c) - high), k)
}

/** The natural logarithm of x; −Infinity for zero, NaN for negative numbers. */
export function exactLog(x: number): number {
  if (Number.isNaN(x) || x < 0) return Number.NaN
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (x === Number.POSITIVE_INFINITY) return x
  const { mantissa, exponent } = split(x)
  const f = mantissa - 1
  const s = f / (2 + f)
  const z = s * s
  const r = z * (LOG[0] + z * (LOG[1] + z * (LOG[2] + z * (LOG[3] + z * (LOG[4] + z * (LOG[5] + z * LOG[6]))))))
  const half = 0.5 * f * f
  return exponent * LN2_HIGH - (half - (s * (half + r) + exponent * LN2_LOW) - f)
}

/** x × 2^k; in two steps where 2^k alone is not a normal number. */
function scaled(x: number, k: number): number {
  if (k > 1000) return x * powerOfTwo(1000) * powerOfTwo(k - 1000)
  return k < -1000 ? x * powerOfTwo(-1000) * powerOfTwo(k + 1000) : x * powerOfTwo(k)
}

const bits = new DataView(new ArrayBuffer(8))
const EXPONENT_BIAS = 1023

function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + EXPONENT_BIAS) << 20)
  bits.setUint32(4, 0)
  return bits.getFloat64(0)
}

/** x = mantissa × 2^exponent, with √½ ≤ mantissa < √2. */
function split(x: number): { mantissa: number; exponent: number } {
  const subnormal = x < 2.2250738585072014e-308
  bits.setFloat64(0, subnormal ? x * 18_014_398_509_481_984 : x)
  const high = bits.getUint32(0)
  const exponent = (high >>> 20) - EXPONENT_BIAS - (subnormal ? 54 : 0)
  bits.setUint32(0, (high & 0xf_ffff) | (EXPONENT_BIAS << 20))
  const mantissa = bits.getFloat64(0)
  return mantissa >= Math.SQRT2 ? { mantissa: mantissa / 2, exponent: exponent + 1 } : { mantissa, exponent }
}
