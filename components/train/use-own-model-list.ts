import { useEffect, useState } from 'react'
import { listModels, type OwnModel, onModels } from '@/lib/client/device-models/store'

/** The models that this browser keeps; none if it has no storage. */
export function useOwnModelList(): readonly OwnModel[] {
  const [models, setModels] = useState<readonly OwnModel[]>([])
  useEffect(() => {
    let mounted = true
    const read = () =>
      void listModels()
        .then((found) => mounted && setModels(found))
        .catch(() => {})
    const end = onModels(read)
    read()
    return () => {
      mounted = false
      end()
    }
  }, [])
  return models
}
