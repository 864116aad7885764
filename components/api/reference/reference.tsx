'use client'

import './reference.css'
import { useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { loadWhenReady } from '@/lib/client/api/load-when-ready'
import { underBase } from '@/lib/shared/web/base-path'
import { makeAccessible } from './accessible'
import { framePlugin } from './frame'
import { SNIPPETS, snippetsPlugin } from './snippets'

/**
 * Every endpoint of this server, from its OpenAPI document, by Swagger UI. It is loaded when the visitor sees its place:
 * it is larger than the rest of the page.
 */
export function Reference() {
  const t = useTranslations('api')
  const place = useRef<HTMLDivElement>(null)
  const [ready, setReady] = useState(false)
  useEffect(() => {
    const domNode = place.current
    if (domNode === null) return
    const unmounted = new AbortController()
    const load = async () => {
      const { default: SwaggerUI } = await import('swagger-ui-dist/swagger-ui-es-bundle.js')
      if (unmounted.signal.aborted) return
      SwaggerUI({
        domNode,
        url: underBase('/api/openapi.json'),
        plugins: [framePlugin, snippetsPlugin],
        layout: 'Frame',
        presets: [SwaggerUI.presets.apis],
        docExpansion: 'list',
        defaultModelsExpandDepth: -1,
        tryItOutEnabled: true,
        displayRequestDuration: true,
        requestSnippetsEnabled: true,
        requestSnippets: SNIPPETS,
        syntaxHighlight: false,
        validatorUrl: null,
        onComplete: () => setReady(true),
      })
    }
    const stopHelping = makeAccessible(domNode)
    const near = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return
      near.disconnect()
      void loadWhenReady(load, unmounted.signal)
    })
    near.observe(domNode.parentElement ?? domNode)
    return () => {
      near.disconnect()
      stopHelping()
      unmounted.abort()
    }
  }, [])
  return (
    // Nothing moves when the reference is there.
    <div className="relative mt-4 min-h-dvh">
      {!ready && <p className="absolute text-ink-2 text-sm">{t('loading')}</p>}
      {/* Its own words are English. */}
      <div ref={place} lang="en" className="reference" />
    </div>
  )
}
