/** Fields of a request's JSON body, read and refused as Google's JSON front end does. */
import { isObject } from '#shared/base/is-object.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { damaged, invalid } from './refusals.ts'

export type Body = Readonly<Record<string, unknown>>

/** Plaintext and AAD each; a ciphertext is a little longer. */
const BYTES_MAX = 64 * 1024
const CIPHERTEXT_BYTES_MAX = BYTES_MAX + 1024

/** The JSON in `text`; `{}` when it is empty. @throws Refusal 400 */
export function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch (error) {
    throw Object.assign(invalid('Invalid JSON payload received. Unable to parse.'), { cause: error })
  }
}

/** @throws Refusal 400 for text that is no JSON object, and for fields that the message does not have */
export function parseBody(text: string, fields: readonly string[]): Body {
  const json = parseJson(text)
  if (!isObject(json)) {
    throw invalid('Invalid JSON payload received. Root element must be a message.')
  }
  for (const name of Object.keys(json)) {
    if (!fields.includes(name))
      throw invalid(`Invalid JSON payload received. Unknown name "${name}": Cannot find field.`)
  }
  return json
}

export interface CheckedBytes {
  bytes: Buffer
  /** Whether a checksum came along; if so, it fitted. */
  is_verified: boolean
}

/**
 * A field of bytes with the checksum that may come with it, in the field of the same name and `Crc32c`.
 * @param onArrival the fault that strikes the bytes before they arrive
 * @throws Refusal 400
 */
export function checkedBytes(body: Body, field: string, onArrival: (bytes: Buffer) => Buffer): CheckedBytes {
  const bytes = onArrival(bytesOf(body, field))
  const bytes_max = field === 'ciphertext' ? CIPHERTEXT_BYTES_MAX : BYTES_MAX
  if (bytes.length > bytes_max)
    throw invalid(`The ${snake(field)} has ${bytes.length} bytes; at most ${bytes_max} are allowed.`)
  const checksum = int64Of(body, `${field}Crc32c`)
  if (checksum === undefined) return { bytes, is_verified: false }
  if (checksum !== BigInt(crc32c(bytes))) throw damaged(snake(`${field}Crc32c`))
  return { bytes, is_verified: true }
}

/** Standard or URL-safe base64, with or without padding. Never quotes the value: it may be a plaintext. */
function bytesOf(body: Body, field: string): Buffer {
  const value = body[field] ?? ''
  if (
    typeof value !== 'string' ||
    !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value) ||
    value.replace(/=+$/, '').length % 4 === 1
  ) {
    throw invalid(`Invalid value at '${snake(field)}' (TYPE_BYTES), Base64 decoding failed.`)
  }
  return Buffer.from(value, 'base64')
}

function int64Of(body: Body, field: string): bigint | undefined {
  const value = body[field] ?? undefined
  if (value === undefined) return undefined
  const is_int64 =
    typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && /^-?\d{1,19}$/.test(value)
  if (!is_int64) throw invalid(`Invalid value at '${snake(field)}' (TYPE_INT64).`)
  return BigInt(value as number | string)
}

/** `plaintextCrc32c` → `plaintext_crc32c`: errors name fields as the protocol buffers do. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
