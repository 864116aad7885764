import { useEffect } from 'react'
import { takePhotosToLabel } from '@/lib/client/training/handover'
import type { TrainingSession } from '@/lib/client/training/session'

/**
 * Adds the photos that another page hands over, without labels.
 *
 * @param waits whether nothing can be added yet
 */
export function useHandover(session: TrainingSession, waits: boolean): void {
  useEffect(() => {
    const photos = waits ? null : takePhotosToLabel()
    if (photos) session.addHandedOver(photos)
  }, [session, waits])
}
