import { CELLS } from './masks'

/**
 * Estimates the importance of each cell from the scores under many masks: the mean score while the cell was visible
 * minus the mean score while it was hidden, both weighted by visibility. With RISE masks this equals the RISE saliency
 * map up to a constant.
 */
export class Importance {
  private readonly visible = new Float64Array(CELLS * CELLS)
  private readonly visibleScore = new Float64Array(CELLS * CELLS)
  private count = 0
  private score = 0

  add(mask: Float32Array, score: number): void {
    this.count++
    this.score += score
    for (const [cell, share] of mask.entries()) {
      this.visible[cell] = (this.visible[cell] ?? 0) + share
      this.visibleScore[cell] = (this.visibleScore[cell] ?? 0) + share * score
    }
  }

  /** The importance map [CELLS × CELLS], row by row, from −1 to 1. */
  map(): number[] {
    return Array.from(this.visible, (visible, cell) => {
      const visibleScore = this.visibleScore[cell] ?? 0
      const hidden = this.count - visible
      if (visible === 0 || hidden === 0) return 0
      return visibleScore / visible - (this.score - visibleScore) / hidden
    })
  }
}
