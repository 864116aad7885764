/** Groups, each named by its first member. */
export function smallestOf(groups: ArrayLike<number>): Int32Array {
  const first = new Map<number, number>()
  return Int32Array.from(groups, (group, at) => {
    if (!first.has(group)) first.set(group, at)
    return first.get(group) as number
  })
}
