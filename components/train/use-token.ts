import { useEffect, useState } from 'react'
import { keepOperatorToken, operatorToken } from '@/lib/client/api/operator-token'
import type { TrainingOffer } from '@/lib/shared/contract/site'

/** The operator's token, if the server asks for it. This tab keeps it. */
export function useToken({ token }: TrainingOffer): {
  wanted: boolean
  value: string | null
  set(value: string): void
} {
  const [value, setValue] = useState<string | null>(null)
  useEffect(() => {
    if (token) setValue(operatorToken())
  }, [token])
  return {
    wanted: token,
    value: token && value !== '' ? value : null,
    set(next) {
      setValue(next)
      keepOperatorToken(next)
    },
  }
}
