'use client'

import { type ComponentType, type ReactNode, useEffect, useState } from 'react'

interface Lazy<Props> {
  (props: Props): ReactNode
  /** Fetches the code before it is needed. */
  preload(): void
}

/**
 * A component whose code comes when it is first shown, in the browser only. Without a connection its place is kept and its code is
 * fetched as soon as there is one: a missing part must not take the page down with the visitor's photos.
 *
 * @example const Chart = lazy(() => import('./chart').then((module) => module.Chart), () => <div className="h-40" />)
 */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Placeholder: ComponentType = Nothing,
): Lazy<Props> {
  let loaded: ComponentType<Props> | undefined
  async function fetched(): Promise<void> {
    loaded ??= await load()
  }
  function Lazily(props: Props): ReactNode {
    const [, setReady] = useState(loaded !== undefined)
    useEffect(() => {
      let here = true
      const attempt = () =>
        fetched().then(
          () => here && setReady(true),
          () => {
            // No connection: again when there is one.
          },
        )
      void attempt()
      window.addEventListener('online', attempt)
      return () => {
        here = false
        window.removeEventListener('online', attempt)
      }
    }, [])
    const Part = loaded
    return Part ? <Part {...props} /> : <Placeholder />
  }
  Lazily.preload = () => void fetched().catch(() => {})
  return Lazily
}

function Nothing(): null {
  return null
}
