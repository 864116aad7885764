'use client'

import { type ComponentType, type ReactNode, useEffect, useState } from 'react'
import { loadWhenReady } from '@/lib/client/api/load-when-ready'

interface LazyComponentType<Props> {
  (props: Props): ReactNode
  /** Loads the code before it is needed. */
  preload(): void
}

/**
 * A component whose code is loaded when it is first rendered, in the browser only. While the server is away, the
 * placeholder stays and the code is loaded once it is back. React.lazy would throw instead, which would
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
      const unmounted = new AbortController()
      void loadWhenReady(fetchCode, unmounted.signal).then((done) => done && setReady(true))
      return () => unmounted.abort()
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
