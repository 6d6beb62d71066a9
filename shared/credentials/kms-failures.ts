import { KeyError, type KeyErrorKind } from './key-wrapper.ts'

/**
 * Maps errors of the Cloud KMS client to `KeyError`. The client's errors are never kept as a cause: over REST they
 * hold the request (with the plaintext in it), and the message of an answer that is not JSON quotes the answer.
 *
 * Source of the codes: https://cloud.google.com/kms/docs/reference/rest, google.rpc.Code.
 */
const CODES = {
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const

/** Everything else, and every failure without an answer, is `unavailable`. */
const KINDS: ReadonlyMap<unknown, KeyErrorKind> = new Map([
  [CODES.INVALID_ARGUMENT, 'refused'],
  [CODES.NOT_FOUND, 'key_unusable'],
  [CODES.PERMISSION_DENIED, 'denied'],
  [CODES.FAILED_PRECONDITION, 'key_unusable'],
  [CODES.UNAUTHENTICATED, 'denied'],
])

/** The messages the service gives with these codes name keys, states and permissions, never what was sent. */
const QUOTED: ReadonlySet<unknown> = new Set([
  CODES.NOT_FOUND,
  CODES.PERMISSION_DENIED,
  CODES.RESOURCE_EXHAUSTED,
  CODES.FAILED_PRECONDITION,
  CODES.UNAUTHENTICATED,
])
const QUOTED_LENGTH_MAX = 300

const WORDS: Readonly<Record<KeyErrorKind, string>> = {
  unavailable: 'Cloud KMS does not answer',
  key_unusable: 'the key cannot be used',
  refused: 'Cloud KMS refuses: the ciphertext is damaged, encrypted with another key, or bound to other data',
  denied: 'not allowed to use the key',
}

/** Bytes were damaged in transit, to the service or back. */
export class DamagedOnTheWay extends Error {
  override readonly name = 'DamagedOnTheWay'
}

/** Failures that another attempt may fix: network failures and transient errors of the service. */
export function isTransient(error: unknown): boolean {
  if (error instanceof DamagedOnTheWay || isChecksumRefusal(error)) return true
  const code = codeOf(error)
  return code === CODES.UNAVAILABLE || code === CODES.INTERNAL
}

/** @param doing what failed, in words: `encrypting with projects/…` */
export function asKeyError(error: unknown, doing: string): KeyError {
  if (error instanceof KeyError) return error
  if (error instanceof DamagedOnTheWay) return new KeyError('unavailable', `${doing}: ${error.message}`)
  if (isChecksumRefusal(error)) return new KeyError('unavailable', `${doing}: the request arrived damaged`)
  const code = codeOf(error)
  const kind = KINDS.get(code) ?? 'unavailable'
  const details = [code === undefined ? undefined : `code ${code}`, networkCodeOf(error)].filter(Boolean).join(', ')
  const quoted = QUOTED.has(code) && isAnswer(error) ? `: ${error.message.slice(0, QUOTED_LENGTH_MAX)}` : ''
  return new KeyError(kind, `${doing}: ${WORDS[kind]}${details === '' ? '' : ` (${details})`}${quoted}`)
}

/** The service got other bytes than their checksum says: unlike other invalid arguments, worth another attempt. */
function isChecksumRefusal(error: unknown): boolean {
  return codeOf(error) === CODES.INVALID_ARGUMENT && error instanceof Error && /checksum|crc32c/i.test(error.message)
}

/** The client marks errors that the service itself put into words: with `details`, a list over REST, text over gRPC. */
function isAnswer(error: unknown): error is Error {
  return error instanceof Error && 'details' in error
}

function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'number' ? error.code : undefined
}

/** `ECONNREFUSED` and its like, wherever along the causes it is. */
function networkCodeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code: unknown = 'code' in at ? at.code : undefined
    if (typeof code === 'string' && /^[A-Z][A-Z_]{2,40}$/.test(code)) return code
  }
  return undefined
}
