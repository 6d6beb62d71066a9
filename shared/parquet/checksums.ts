import { crc32c } from '../base/crc32c.ts'
import { CorruptFile } from './corrupt-file.ts'

/**
 * How a damaged file is known before any of it is decoded: a decoder that is fed wrong lengths can return wrong rows,
 * or not return. The footer carries its own checksum and that of every row group.
 *
 * The footer's own is taken over its bytes with zeros in the place of the checksum. It is found by its bytes in the
 * Thrift encoding (a string field of 13 characters, a string field of 8), since a damaged footer must not be parsed.
 */
export const FOOTER_CHECKSUM_KEY = 'footer_crc32c'
export const GROUP_CHECKSUMS_KEY = 'groups_crc32c'

const CHECKSUM_CHARACTERS = 8
export const CHECKSUM_PLACEHOLDER = '0'.repeat(CHECKSUM_CHARACTERS)

/** Thrift compact protocol: field id delta 1 and type binary in one byte, then the length as a varint. */
const STRING_FIELD = 0x18
const MARKER = Buffer.from([
  STRING_FIELD,
  FOOTER_CHECKSUM_KEY.length,
  ...Buffer.from(FOOTER_CHECKSUM_KEY),
  STRING_FIELD,
  CHECKSUM_CHARACTERS,
])

export function checksumText(crc: number): string {
  return crc.toString(16).padStart(CHECKSUM_CHARACTERS, '0')
}

/** Writes the footer's checksum into its place. */
export function sealFooter(footer: Buffer): void {
  footer.write(checksumText(crc32c(footer)), placeOf(footer), 'latin1')
}

/** @param footer metadata, length and closing magic @throws CorruptFile when the bytes are not those that were sealed */
export function verifyFooter(footer: Uint8Array): void {
  const bytes = Buffer.from(footer)
  const place = placeOf(bytes)
  const stated = bytes.toString('latin1', place, place + CHECKSUM_CHARACTERS)
  bytes.write(CHECKSUM_PLACEHOLDER, place, 'latin1')
  if (stated !== checksumText(crc32c(bytes))) throw new CorruptFile('the footer is damaged')
}

function placeOf(footer: Buffer): number {
  const marker_at = footer.lastIndexOf(MARKER)
  if (marker_at < 0) throw new CorruptFile('the footer has no checksum')
  return marker_at + MARKER.length
}
