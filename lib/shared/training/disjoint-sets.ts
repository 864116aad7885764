/** Disjoint sets of the numbers from 0, each named by its smallest member. */
export class DisjointSets {
  private readonly parent: Int32Array

  constructor(readonly count: number) {
    this.parent = Int32Array.from({ length: count }, (_, index) => index)
  }

  /** The smallest member of the set. */
  first(member: number): number {
    let at = member
    while (this.parent[at] !== at) {
      this.parent[at] = this.parent[this.parent[at] as number] as number
      at = this.parent[at] as number
    }
    return at
  }

  join(a: number, b: number): void {
    const [x, y] = [this.first(a), this.first(b)]
    this.parent[Math.max(x, y)] = Math.min(x, y)
  }

  /** For each member the first of its set [count]. */
  firsts(): Int32Array {
    return Int32Array.from({ length: this.count }, (_, member) => this.first(member))
  }
}
