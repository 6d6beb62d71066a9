import { BlockList } from 'node:net'

const THIS_MACHINE = new BlockList()
THIS_MACHINE.addSubnet('127.0.0.0', 8)
THIS_MACHINE.addSubnet('0.0.0.0', 8)
THIS_MACHINE.addSubnet('169.254.0.0', 16)
THIS_MACHINE.addAddress('::1', 'ipv6')
THIS_MACHINE.addAddress('::', 'ipv6')

/**
 * Why a deployed function must not use `address`, in words that follow the setting's name; `undefined` when it may.
 * A stand-in of the local runtime must never be trusted by accident in the cloud.
 */
export function endpointFault(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || url.protocol !== 'https:') return `must be an https address on the cloud, not ${address}`
  return isThisMachine(url.hostname) ? `must not be an address of this machine on the cloud: ${address}` : undefined
}

/** `hostname` as `URL` gives it: IPv4 in canonical form, IPv6 in brackets, names in lower case. */
function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  if (host.includes(':')) return THIS_MACHINE.check(host, 'ipv6')
  return /^[\d.]+$/.test(host) && THIS_MACHINE.check(host, 'ipv4')
}
