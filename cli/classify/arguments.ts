import { InvalidArgumentError } from 'commander'
import { MAX_TOP_K } from '@/lib/shared/contract/contract'
import { zipEncodingSchema } from '@/lib/shared/contract/jobs'

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('Enter a whole number above 0.')
  return Number(text)
}

export function parseIndex(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Enter a whole number from 0.')
  return Number(text)
}

export function parseEncoding(text: string): string {
  const { success, data } = zipEncodingSchema.safeParse(text)
  if (!success) throw new InvalidArgumentError('Enter an encoding such as gbk, shift_jis, euc-kr, big5 or cp437.')
  return data
}

export function parseTopK(text: string): number {
  const count = parseCount(text)
  if (count > MAX_TOP_K) throw new InvalidArgumentError(`The maximum is ${MAX_TOP_K}.`)
  return count
}

export function parseScore(text: string): number {
  if (!/^(0(\.\d+)?|1(\.0+)?|\.\d+)$/.test(text)) throw new InvalidArgumentError('Enter a number from 0 to 1.')
  return Number(text)
}
