import { test } from 'vitest'
import { handOver } from '../support/handing-over'
import { buildLibrary, NO_COMPILER } from '../support/preload'
import { canBeAlone } from '../support/server'

test('servers in containers of their own share a folder one after the other: each of 400 photos has one result', async ({
  skip,
}) => {
  if (!canBeAlone()) skip('it takes root to put a process into a PID namespace of its own')
  const clock = buildLibrary('clock.c')
  if (!clock) return skip(NO_COMPILER)
  try {
    await handOver(400, clock.path)
  } finally {
    clock.remove()
  }
}, 180_000)
