import { test } from 'vitest'
import { handOver } from '../support/handing-over'
import { buildLibrary, NO_COMPILER } from '../support/preload'
import { canBeAlone } from '../support/server'

test('servers in different containers use a folder one after another: each of 400 photos has one result', async ({
  skip,
}) => {
  if (!canBeAlone()) skip('only root can put a process into a PID namespace of its own')
  const clock = buildLibrary('clock.c')
  if (!clock) return skip(NO_COMPILER)
  try {
    await handOver(400, clock.path)
  } finally {
    clock.remove()
  }
}, 180_000)
