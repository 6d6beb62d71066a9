/**
 * A request the service refuses, in the shape of Google's APIs.
 * Source: https://cloud.google.com/apis/design/errors, and for the words the answers of Cloud KMS.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly http_status: number
  /** A name of google.rpc.Code. */
  readonly status: string
  readonly details: readonly object[]

  constructor(http_status: number, status: string, message: string, details: readonly object[] = []) {
    super(message)
    this.http_status = http_status
    this.status = status
    this.details = details
  }

  /** `{error: {code, message, status, details?}}` */
  toJson(): object {
    const { http_status: code, message, status, details } = this
    return { error: { code, message, status, ...(details.length > 0 && { details }) } }
  }
}

export const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_ARGUMENT', message)

export const notFound = (message: string): Refusal => new Refusal(404, 'NOT_FOUND', message)

export const damaged = (checksum_field: string): Refusal =>
  invalid(`The checksum in field ${checksum_field} did not match the data in field ${checksum_field.slice(0, -7)}.`)

export const undecipherable = (): Refusal =>
  invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.")

export const illegalState = (message: string): Refusal => new Refusal(400, 'FAILED_PRECONDITION', message)

export function notEnabled(version_name: string, state: string): Refusal {
  const violation = { type: `KEY_${state}`, subject: version_name, description: `The key version is ${state}.` }
  return new Refusal(400, 'FAILED_PRECONDITION', `${version_name} is not enabled, current state is: ${state}.`, [
    { '@type': 'type.googleapis.com/google.rpc.PreconditionFailure', violations: [violation] },
  ])
}

export const unavailable = (): Refusal => new Refusal(503, 'UNAVAILABLE', 'The service is currently unavailable.')

export const rateLimited = (): Refusal =>
  new Refusal(
    429,
    'RESOURCE_EXHAUSTED',
    "Quota exceeded for quota metric 'Cryptographic requests' and limit 'Cryptographic requests per minute'.",
  )

export const denied = (operation: string, key_name: string): Refusal =>
  new Refusal(
    403,
    'PERMISSION_DENIED',
    `Permission to ${operation} denied on resource '${key_name}' (or it may not exist).`,
  )
