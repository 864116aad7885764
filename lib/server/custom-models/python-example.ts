import type { Fit, Interpolation, Padding, Preprocessor } from '@/lib/shared/image/preprocessor'
import type { LoadReport } from '../engine/protocol'

type Input = NonNullable<LoadReport['input']>

const RESAMPLING: Record<Interpolation, string> = {
  nearest: 'NEAREST',
  lanczos3: 'LANCZOS',
  bilinear: 'BILINEAR',
  bicubic: 'BICUBIC',
  box: 'BOX',
  hamming: 'HAMMING',
}

/**
 * A Python program that classifies a photo with an exported model: with ONNX Runtime, NumPy and Pillow, and the same
 * scores as this project's.
 *
 * @param input of the model
 * @param thresholds the scores from which labels apply, if a photo may have several; null if one label is right
 */
export function pythonExample(
  preprocessor: Preprocessor,
  input: Input,
  thresholds: readonly number[] | null = null,
): string {
  return `import sys
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

photo = ImageOps.exif_transpose(Image.open(sys.argv[1])).convert("RGBA")
photo = Image.alpha_composite(Image.new("RGBA", photo.size, "white"), photo).convert("${preprocessor.channels === 'grey' ? 'L' : 'RGB'}")
${[...resizeLines(preprocessor), ...cropLines(preprocessor), tensorLine(preprocessor, input)].join('\n')}
session = onnxruntime.InferenceSession("model.onnx")
scores = session.run(["probabilities"], {session.get_inputs()[0].name: tensor[None]})[0][0]
labels = open("labels.txt", encoding="utf-8").read().split("\\n")
${thresholds === null ? ONE_LABEL : severalLabels(thresholds)}`
}

const ONE_LABEL = `for score, label in sorted(zip(scores, labels), reverse=True):
    print(f"{score:.6f} {label}")
`

/** Labels that apply are marked. */
function severalLabels(thresholds: readonly number[]): string {
  return `thresholds = ${JSON.stringify(thresholds)}
for score, label, threshold in sorted(zip(scores, labels, thresholds), reverse=True):
    print(f"{score:.6f} {label}" + (" *" if score >= threshold else ""))
`
}

function resizeLines({ resize, interpolation }: Preprocessor): string[] {
  if (resize === null) return []
  const filter = `Image.Resampling.${RESAMPLING[interpolation]}`
  if ('width' in resize) return [`photo = photo.resize((${resize.width}, ${resize.height}), ${filter})`]
  if ('fit' in resize) return fitLines(resize, filter)
  const { shortestEdge: edge } = resize
  return [
    'w, h = photo.size',
    `photo = photo.resize((${edge}, ${edge} * h // w) if w <= h else (${edge} * w // h, ${edge}), ${filter})`,
  ]
}

function fitLines({ fit: { width, height }, rounding }: Fit, filter: string): string[] {
  const sizes =
    rounding === 'even'
      ? [`r = max(w / ${width}, h / ${height})`, 'size = max(1, round(w / r)), max(1, round(h / r))']
      : [`r = min(${height} / h, ${width} / w)`, 'size = max(1, int(w * r)), max(1, int(h * r))']
  return ['w, h = photo.size', ...sizes, `photo = photo.resize(size, ${filter})`]
}

/** Places the photo on a canvas of one color. What is larger is cropped at its center. */
function padLines({ position, color }: Padding, { width, height }: { width: number; height: number }): string[] {
  const offset = (size: string, length: number) =>
    position === 'start'
      ? '0'
      : `(${length} - ${size}) // 2 if ${size} <= ${length} else -round((${size} - ${length}) / 2)`
  return [
    `canvas = Image.new("RGB", (${width}, ${height}), (${color.join(', ')}))`,
    `x = ${offset('photo.width', width)}`,
    `y = ${offset('photo.height', height)}`,
    'canvas.paste(photo, (x, y))',
    'photo = canvas',
  ]
}

function cropLines({ crop, cropRounding, padding }: Preprocessor): string[] {
  if (crop === null) return []
  if (padding) return padLines(padding, crop)
  const { width, height } = crop
  const offset = (size: string, length: number) =>
    cropRounding === 'even' ? `round((${size} - ${length}) / 2)` : `(${size} - ${length}) // 2`
  return [
    `x, y = ${offset('photo.width', width)}, ${offset('photo.height', height)}`,
    `photo = photo.crop((x, y, x + ${width}, y + ${height}))`,
  ]
}

function tensorLine({ normalisation, channels }: Preprocessor, { type, layout }: Input): string {
  const pixels = channels === 'grey' ? 'np.asarray(photo)[:, :, None]' : 'np.asarray(photo)'
  const ordered = channels === 'bgr' ? `${pixels}[:, :, ::-1]` : pixels
  const { rescale, mean, std } = normalisation ?? { rescale: 1, mean: [0], std: [1] }
  const values =
    type === 'uint8' || normalisation === null
      ? ordered
      : `((${ordered} * ${rescale} - np.array(${JSON.stringify(mean)})) / np.array(${JSON.stringify(std)}))`
  const planes = layout === 'nchw' ? `np.transpose(${values}, (2, 0, 1))` : values
  return `tensor = ${planes}.astype("${type}")`
}
