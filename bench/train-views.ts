// npx tsx bench/train-views.ts: embeds the photos of ../shared in the ways that bench/train_tried.py compares.
import { embedFolder, type View } from './embeddings'

const VIEWS: readonly (readonly [model: string, views: readonly View[]])[] = [
  ['efficientnet-lite0-int8', ['usual']],
  ['efficientnet-lite1-int8', ['usual', 'mirrored', 'whole', 'top-left', 'bottom-right']],
  ['efficientnet-lite2-int8', ['usual', 'mirrored']],
]

for (const [model, views] of VIEWS) {
  for (const view of views) {
    for (const folder of ['signs', 'eval', 'holdout']) await embedFolder(`../shared/${folder}`, model, view)
  }
}
