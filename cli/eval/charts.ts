import type { Bin } from '@/lib/shared/metrics/calibration'
import { confusions, type Outcome } from '@/lib/shared/metrics/classification'
import { worstClasses } from '@/lib/shared/metrics/evaluation'

/** Charts as SVG: small, sharp at any size, and readable in a browser and in a model card. */

const INK = '#1c1b19'
const MUTED = '#8a867d'
const ACCENT = '#0f6b63'
const FONT = 'font-family="system-ui, sans-serif"'
/** More classes than this do not fit, so only those with the most mistakes are shown. */
const MAX_CLASSES = 40

const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Accuracy by confidence: on the diagonal if the confidence is calibrated. */
export function reliabilityDiagram(bins: readonly Bin[], title: string): string {
  const [side, left, top] = [320, 56, 40]
  const at = (x: number, y: number) => `${(left + side * x).toFixed(1)},${(top + side * (1 - y)).toFixed(1)}`
  const points = bins.map(({ confidence, accuracy }) => at(confidence, accuracy))
  const ticks = [0, 0.25, 0.5, 0.75, 1]
    .map((tick) => {
      const [x, y] = [left + side * tick, top + side * (1 - tick)]
      return `<text x="${x}" y="${top + side + 18}" text-anchor="middle">${100 * tick}</text><text x="${left - 8}" y="${y + 4}" text-anchor="end">${100 * tick}</text>`
    })
    .join('')
  const dots = bins.map(({ count, confidence, accuracy }) => {
    const [x, y] = at(confidence, accuracy).split(',')
    return `<circle cx="${x}" cy="${y}" r="4" fill="${ACCENT}"><title>${count} photos: confidence ${(100 * confidence).toFixed(1)}%, correct ${(100 * accuracy).toFixed(1)}%</title></circle>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + side + 24} ${top + side + 52}" role="img" aria-label="${xml(title)}" ${FONT} font-size="12" fill="${INK}">
<rect width="100%" height="100%" fill="#fff"/><text x="${left}" y="22" font-size="14" font-weight="600">${xml(title)}</text>
<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#ddd9d0"/>
<line x1="${left}" y1="${top + side}" x2="${left + side}" y2="${top}" stroke="${MUTED}" stroke-dasharray="4 4"/>
${points.length > 1 ? `<polyline points="${points.join(' ')}" fill="none" stroke="${ACCENT}" stroke-width="2"/>` : ''}${dots.join('')}
<g fill="${MUTED}">${ticks}</g><text x="${left + side / 2}" y="${top + side + 40}" text-anchor="middle">confidence, %</text>
<text transform="translate(16 ${top + side / 2}) rotate(-90)" text-anchor="middle">accuracy, %</text>
</svg>
`
}

/**
 * Rows are true labels, columns are predictions. If there are many classes, only those with the most mistakes are
 * shown.
 */
export function confusionMatrix(outcomes: readonly Outcome[], labels: readonly string[], title: string): string {
  const counts = confusions(outcomes)
  const classes = worstClasses(counts, MAX_CLASSES)
  const [cell, left, top] = [18, 190, 190]
  const side = classes.length * cell
  const place = new Map(classes.map((index, i) => [index, i]))
  const total = new Map<number, number>()
  for (const [truth, , photos] of counts) total.set(truth, (total.get(truth) ?? 0) + photos)
  const cells = counts.flatMap(([truth, predicted, photos]) => {
    const [row, column] = [place.get(truth), place.get(predicted)]
    if (row === undefined || column === undefined) return []
    const strength = (0.12 + (0.88 * photos) / (total.get(truth) ?? 1)).toFixed(2)
    const colour = truth === predicted ? ACCENT : '#a5421f'
    return `<rect x="${left + column * cell}" y="${top + row * cell}" width="${cell - 1}" height="${cell - 1}" fill="${colour}" fill-opacity="${strength}"><title>${xml(labels[truth] ?? '')} predicted as ${xml(labels[predicted] ?? '')}: ${photos}</title></rect>`
  })
  const names = classes.map((index, i) => {
    const name = xml((labels[index] ?? String(index)).slice(0, 26))
    const middle = i * cell + cell / 2 + 4
    return `<text x="${left - 6}" y="${top + middle}" text-anchor="end">${name}</text><text transform="translate(${left + middle} ${top - 6}) rotate(-60)">${name}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + side + 90} ${top + side + 16}" role="img" aria-label="${xml(title)}" ${FONT} font-size="11" fill="${INK}">
<rect width="100%" height="100%" fill="#fff"/><text x="12" y="22" font-size="14" font-weight="600">${xml(title)}</text>
<text x="12" y="40" fill="${MUTED}">rows: true label, columns: prediction${classes.length === MAX_CLASSES ? `; the ${MAX_CLASSES} labels with the most mistakes` : ''}</text>
<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="none" stroke="#ddd9d0"/>${cells.join('')}${names.join('')}
</svg>
`
}
