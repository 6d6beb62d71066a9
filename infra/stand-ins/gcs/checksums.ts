/** Checksums of a body and the ones its sender declared. */
import { createHash } from 'node:crypto'
import { crc32c, crc32cToBase64 } from '#shared/base/crc32c.ts'
import { refusal } from './refusals.ts'

/** Base64, as in object metadata and in `x-goog-hash`. */
export interface Checksums {
  crc32c?: string
  md5?: string
}

/**
 * The checksums of `bytes`, verified against the declared ones.
 * @throws Refusal 400 when a declared one does not match
 */
export function verifiedChecksums(bytes: Uint8Array, declared: Checksums): Required<Checksums> {
  const computed = crc32cToBase64(crc32c(bytes))
  check('CRC32C', declared.crc32c, computed)
  const md5 = md5Of(bytes)
  check('MD5', declared.md5, md5)
  return { crc32c: computed, md5 }
}

export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64')
}

/** `crc32c=AAAAAA==,md5=…` → its parts. Source: https://cloud.google.com/storage/docs/xml-api/reference-headers */
export function parseGoogHash(header: string | undefined): Checksums {
  const checksums: Checksums = {}
  for (const part of (header ?? '').split(',')) {
    const [algorithm, ...value] = part.trim().split('=')
    if (algorithm === 'crc32c') checksums.crc32c = value.join('=')
    if (algorithm === 'md5') checksums.md5 = value.join('=')
  }
  return checksums
}

function check(algorithm: string, declared: string | undefined, computed: string): void {
  if (declared === undefined || declared === computed) return
  throw refusal(
    400,
    'invalid',
    `Provided ${algorithm} hash "${declared}" doesn't match calculated ${algorithm} hash "${computed}".`,
  )
}
