import { lazy } from '../ui/lazy'

/** `OwnModels`, whose code is loaded on the device only. */
export const OwnModels = lazy(
  () => import('./own-models').then((module) => module.OwnModels),
  () => <div className="h-40" />,
)
