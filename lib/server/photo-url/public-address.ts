import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Whether an IP address is public: not private, loopback, link-local, shared, reserved, multicast or translated, in
 * IPv4 or IPv6. IPv4 addresses embedded in IPv6 ones are refused.
 */
export function isPublicAddress(address: string): boolean {
  // The URL parser has already normalized short and unusual notations.
  return isIP(address) !== 0 && ipaddr.parse(address.replace(/%.*$/, '')).range() === 'unicast'
}
