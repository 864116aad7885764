import { DIALECTS, type DialectName } from '@/lib/shared/dialects/dialects'
import type { Environment } from './environment'
import { isLoopback } from './loopback'

/** The dialects that `DIALECTS` turns on. Tools for agents are off by default where others can reach the server. */
export function chosenDialects({
  DIALECTS: chosen,
  HOST,
}: Pick<Environment, 'DIALECTS' | 'HOST'>): readonly DialectName[] {
  return chosen ?? DIALECTS.filter((name) => name !== 'mcp' || isLoopback(HOST))
}
