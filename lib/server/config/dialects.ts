import { DIALECTS, type DialectName } from '@/lib/shared/dialects/dialects'
import type { Environment } from './environment'
import { isLoopback } from './loopback'

/**
 * The dialects that `DIALECTS` turns on; none if only browsers run models. Tools for agents are off by default where
 * others can reach the server.
 */
export function chosenDialects({
  DIALECTS: chosen,
  HOST,
  INFERENCE,
}: Pick<Environment, 'DIALECTS' | 'HOST' | 'INFERENCE'>): readonly DialectName[] {
  if (INFERENCE === 'browser') return []
  return chosen ?? DIALECTS.filter((name) => name !== 'mcp' || isLoopback(HOST))
}
