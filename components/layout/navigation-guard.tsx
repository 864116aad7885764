'use client'

import { useEffect, useState } from 'react'
import { lazy } from '../ui/lazy'

const ServerCheck = lazy(() => import('./server-check').then((module) => module.ServerCheck))

/** One of these comes before every press of a link. */
const INPUTS = ['pointermove', 'pointerdown', 'keydown'] as const

/**
 * Keeps the page, and with it the visitor's photos, when a link is followed while the server is away. Its code is
 * fetched with the visitor's first input, before a link is pressed.
 */
export function NavigationGuard() {
  const [wanted, setWanted] = useState(false)
  useEffect(() => {
    const load = () => setWanted(true)
    for (const input of INPUTS) addEventListener(input, load, { once: true })
  }, [])
  return wanted && <ServerCheck />
}
