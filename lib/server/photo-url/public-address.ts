import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Whether an address belongs to the public internet: no private, loopback, link-local, shared, reserved, multicast or translated
 * one, in IPv4 or IPv6. An IPv4 address inside an IPv6 one is judged by neither: such are refused.
 */
export function isPublicAddress(address: string): boolean {
  // Short and odd notations are for the URL parser, which has made plain ones of them.
  return isIP(address) !== 0 && ipaddr.parse(address.replace(/%.*$/, '')).range() === 'unicast'
}
