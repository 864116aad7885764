'use client'

import { type ComponentType, type ReactNode, useEffect, useState } from 'react'

interface LazyComponentType<Props> {
  (props: Props): ReactNode
  /** Loads the code before it is needed. */
  preload(): void
}

/**
 * A component whose code is loaded when it is first rendered, in the browser only. Without a connection, the
 * placeholder stays and the code is loaded once the connection is back. React.lazy would throw instead, which would
 * unmount the page with the visitor's photos.
 *
 * @example const Chart = lazy(() => import('./chart').then((module) => module.Chart), () => <div className="h-40" />)
 */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Placeholder: ComponentType = Nothing,
): LazyComponentType<Props> {
  let loaded: ComponentType<Props> | undefined
  async function fetchCode(): Promise<void> {
    loaded ??= await load()
  }
  function LazyComponent(props: Props): ReactNode {
    const [, setReady] = useState(loaded !== undefined)
    useEffect(() => {
      let mounted = true
      const attempt = () =>
        fetchCode().then(
          () => mounted && setReady(true),
          () => {
            // No connection: retried when it is back.
          },
        )
      void attempt()
      window.addEventListener('online', attempt)
      return () => {
        mounted = false
        window.removeEventListener('online', attempt)
      }
    }, [])
    const Loaded = loaded
    return Loaded ? <Loaded {...props} /> : <Placeholder />
  }
  LazyComponent.preload = () => void fetchCode().catch(() => {})
  return LazyComponent
}

function Nothing(): null {
  return null
}
