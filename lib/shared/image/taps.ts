/** For each output pixel of one axis: the first input pixel it reads, and its fixed-point coefficients. */
export interface Taps {
  first: Int32Array
  count: Int32Array
  coefficients: Int32Array
  /** Coefficients reserved for each output pixel. */
  stride: number
}
