/**
 * Moves the largest values to the end, in any order among themselves: much faster than to sort all of them. Source:
 * Hoare, Algorithm 65: Find, 1961.
 *
 * @param values without NaN; rearranged
 * @returns a view of the `count` largest, or of all values if there are fewer
 */
export function largest(values: Float64Array, count: number): Float64Array {
  const from = Math.max(0, values.length - count)
  let [low, high] = [0, values.length - 1]
  while (low < high) {
    const [left, right] = partition(values, low, high)
    if (from <= right) high = right
    else if (from >= left) low = left
    else break
  }
  return values.subarray(from)
}

/** Values up to `right` are at most as large as those from `left` on; those between are equal. */
function partition(values: Float64Array, low: number, high: number): [left: number, right: number] {
  const pivot = values[(low + high) >> 1] as number
  let [left, right] = [low, high]
  while (left <= right) {
    while ((values[left] as number) < pivot) left++
    while ((values[right] as number) > pivot) right--
    if (left > right) break
    const value = values[left] as number
    values[left++] = values[right] as number
    values[right--] = value
  }
  return [left, right]
}
