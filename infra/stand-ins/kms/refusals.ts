import { indentedJson } from '../kit/answers.ts'
import { Refusal } from '../kit/refusal.ts'

/**
 * A refusal in the shape of Google's APIs, `{error: {code, message, status, details?}}`.
 * Source: https://cloud.google.com/apis/design/errors, and for the words the answers of Cloud KMS.
 * @param status a name of google.rpc.Code
 */
export function refusal(code: number, status: string, message: string, details: readonly object[] = []): Refusal {
  const error = { code, message, status, ...(details.length > 0 && { details }) }
  return new Refusal(message, indentedJson({ error }, code))
}

export const invalid = (message: string): Refusal => refusal(400, 'INVALID_ARGUMENT', message)

export const notFound = (message: string): Refusal => refusal(404, 'NOT_FOUND', message)

export const damaged = (checksum_field: string): Refusal =>
  invalid(`The checksum in field ${checksum_field} did not match the data in field ${checksum_field.slice(0, -7)}.`)

export const undecipherable = (): Refusal =>
  invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.")

export const illegalState = (message: string): Refusal => refusal(400, 'FAILED_PRECONDITION', message)

export function notEnabled(version_name: string, state: string): Refusal {
  const violation = { type: `KEY_${state}`, subject: version_name, description: `The key version is ${state}.` }
  return refusal(400, 'FAILED_PRECONDITION', `${version_name} is not enabled, current state is: ${state}.`, [
    { '@type': 'type.googleapis.com/google.rpc.PreconditionFailure', violations: [violation] },
  ])
}

export const unavailable = (): Refusal => refusal(503, 'UNAVAILABLE', 'The service is currently unavailable.')

export const rateLimited = (): Refusal =>
  refusal(
    429,
    'RESOURCE_EXHAUSTED',
    "Quota exceeded for quota metric 'Cryptographic requests' and limit 'Cryptographic requests per minute'.",
  )

export const denied = (permission: string, key_name: string): Refusal =>
  refusal(
    403,
    'PERMISSION_DENIED',
    `Permission '${permission}' denied on resource '${key_name}' (or it may not exist).`,
  )
