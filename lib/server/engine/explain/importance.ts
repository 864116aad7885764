import { CELLS } from './masks'

/**
 * What is learnt of each cell from the scores under many masks: the mean score where it was seen less the mean where it was
 * hidden, each weighted by how much of it was. With RISE's masks that is RISE's map, up to what is the same for all cells.
 */
export class Importance {
  private readonly seen = new Float64Array(CELLS * CELLS)
  private readonly seenScore = new Float64Array(CELLS * CELLS)
  private count = 0
  private score = 0

  add(mask: Float32Array, score: number): void {
    this.count++
    this.score += score
    for (const [cell, part] of mask.entries()) {
      this.seen[cell] = (this.seen[cell] ?? 0) + part
      this.seenScore[cell] = (this.seenScore[cell] ?? 0) + part * score
    }
  }

  /** The map [CELLS × CELLS], row by row, from −1 to 1. */
  map(): number[] {
    return Array.from(this.seen, (seen, cell) => {
      const seenScore = this.seenScore[cell] ?? 0
      const hidden = this.count - seen
      if (seen === 0 || hidden === 0) return 0
      return seenScore / seen - (this.score - seenScore) / hidden
    })
  }
}
