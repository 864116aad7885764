'use client'

import { lazy } from '../ui/lazy'
import { loadExplaining } from './explanation/use-explanation'

/**
 * The parts of an answer that a visitor can use once it is there, and what is there instead if a photo fails. Their code
 * isn't needed to show the page, so it is loaded on demand: `preloadAnswerParts` does it while a photo is uploaded, so
 * that they appear with the answer.
 */

export const Options = lazy(
  () => import('./options').then((module) => module.Options),
  () => <div className="mb-3 h-8" />,
)
export const OwnWords = lazy(() => import('./own-words').then((module) => module.OwnWords))
export const ModelInput = lazy(
  () => import('./model-input').then((module) => module.ModelInput),
  () => <div className="mt-4 h-8" />,
)
export const ExplanationPanel = lazy(
  () => import('./explanation/explanation-panel').then((module) => module.ExplanationPanel),
  () => <div className="mt-1 h-8" />,
)
export const HeatmapOverlay = lazy(() =>
  import('./explanation/heatmap-overlay').then((module) => module.HeatmapOverlay),
)
export const ShareResult = lazy(
  () => import('./share-result').then((module) => module.ShareResult),
  () => <div className="mt-4 h-9" />,
)
export const FailureNotice = lazy(() => import('./failure-notice').then((module) => module.FailureNotice))
export const Feedback = lazy(() => import('./feedback/feedback').then((module) => module.Feedback))

export const CropEditor = lazy(() => import('./crop/crop-editor').then((module) => module.CropEditor))
export const CropBar = lazy(() => import('./crop/crop-bar').then((module) => module.CropBar))

/** Loads the code of all parts. */
export function preloadAnswerParts(): void {
  for (const part of [
    Options,
    OwnWords,
    ModelInput,
    ExplanationPanel,
    HeatmapOverlay,
    ShareResult,
    FailureNotice,
    Feedback,
    CropEditor,
    CropBar,
  ])
    part.preload()
  void loadExplaining().catch(() => {})
}
