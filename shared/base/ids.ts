import type { Random } from './random.ts'

/**
 * Identifiers: TypeIDs, a prefix and a base32 UUIDv7 (`aud_01h455vb4pex5vsknk084sn02q`).
 *
 * The first 48 bits are the time of creation in milliseconds, so an id names the partition that holds its record.
 * Sources: TypeID specification 0.3, RFC 9562 section 5.7.
 */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const SUFFIX_PATTERN = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/
const LARGEST_TIME_MS = 2 ** 48 - 1

/** A new id of `prefix` whose time is `time_ms`. */
export function newId(prefix: string, time_ms: number, random: Random): string {
  if (!Number.isInteger(time_ms) || time_ms < 0 || time_ms > LARGEST_TIME_MS) {
    throw new RangeError(`an id cannot carry the time ${time_ms}`)
  }
  const bytes = new Uint8Array(16)
  for (let i = 0, rest = time_ms; i < 6; i++, rest = Math.floor(rest / 256)) bytes[5 - i] = rest % 256
  bytes.set(random.bytes(10), 6)
  bytes[6] = 0x70 | (bytes[6]! & 0x0f)
  bytes[8] = 0x80 | (bytes[8]! & 0x3f)
  return `${prefix}_${encodeBase32(bytes)}`
}

/**
 * The time inside a TypeID of `prefix` in milliseconds, or `undefined` when `id` is not a well-formed one
 * (wrong prefix, alphabet or length, or a UUID version that carries no time).
 */
export function idTimeMs(prefix: string, id: string): number | undefined {
  if (!id.startsWith(`${prefix}_`)) return undefined
  const suffix = id.slice(prefix.length + 1)
  if (!SUFFIX_PATTERN.test(suffix)) return undefined
  const bytes = decodeBase32(suffix)
  if (bytes[6]! >>> 4 !== 7 || bytes[8]! >>> 6 !== 2) return undefined
  let time_ms = 0
  for (let i = 0; i < 6; i++) time_ms = time_ms * 256 + bytes[i]!
  return time_ms
}

/** `aud-ab12cd34` and `aud_ab12cd34` of the old system are one id; TypeIDs and UUIDs stay as they are. */
export function canonicalSpelling({ id_prefix }: { readonly id_prefix: string }, id: string): string {
  return id.startsWith(`${id_prefix}-`) ? `${id_prefix}_${id.slice(id_prefix.length + 1)}` : id
}

/** 16 bytes as 26 characters: 130 bits, of which the first two are zero. */
function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let pending = 0
  let pending_bits = 2
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    pending_bits += 8
    while (pending_bits >= 5) {
      pending_bits -= 5
      text += ALPHABET[(pending >>> pending_bits) & 31]
    }
    pending &= (1 << pending_bits) - 1
  }
  return text
}

function decodeBase32(text: string): Uint8Array {
  const bytes = new Uint8Array(16)
  let pending = 0
  let pending_bits = -2
  let at = 0
  for (const character of text) {
    pending = (pending << 5) | ALPHABET.indexOf(character)
    pending_bits += 5
    if (pending_bits >= 8) {
      pending_bits -= 8
      bytes[at++] = (pending >>> pending_bits) & 0xff
      pending &= (1 << pending_bits) - 1
    }
  }
  return bytes
}
