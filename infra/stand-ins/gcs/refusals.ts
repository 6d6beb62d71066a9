import { json, noContent } from '../kit/answers.ts'
import { Refusal } from '../kit/refusal.ts'

/**
 * A refusal in the shape and with the words of Cloud Storage:
 * `{error: {code, message, errors: [{message, domain, reason, locationType?, location?}]}}`.
 * Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes
 * @param reason Google's short reason, e.g. `conditionNotMet`: client libraries decide retries by it
 */
export function refusal(status: number, reason: string, message: string, headers: Record<string, string> = {}) {
  const domain = reason === 'rateLimitExceeded' ? 'usageLimits' : 'global'
  const where = reason === 'conditionNotMet' ? { locationType: 'header', location: 'If-Match' } : {}
  const errors = [{ message, domain, reason, ...where }]
  return new Refusal(message, { ...json({ error: { code: status, message, errors } }, headers), status })
}

export const invalid = (message: string): Refusal => refusal(400, 'invalid', message)

export const noSuchObject = (bucket: string, name: string): Refusal =>
  refusal(404, 'notFound', `No such object: ${bucket}/${name}`)

export const noSuchBucket = (bucket: string): Refusal =>
  refusal(404, 'notFound', `The specified bucket does not exist: ${bucket}`)

export const conditionNotMet = (): Refusal =>
  refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.')

/** @param of_object whether the permission is one on an object or on the bucket */
export const forbidden = (identity: string, permission: string, of_object: boolean): Refusal =>
  refusal(
    403,
    'forbidden',
    `${identity} does not have ${permission} access to the Google Cloud Storage ${of_object ? 'object' : 'bucket'}. ` +
      `Permission '${permission}' denied on resource (or it may not exist).`,
  )

/** Answered without a body. */
export const notModified = (headers: Record<string, string>): Refusal =>
  new Refusal('Not Modified', { ...noContent(headers), status: 304 })

export const rateLimited = (bucket: string, name: string): Refusal =>
  refusal(
    429,
    'rateLimitExceeded',
    `The object ${bucket}/${name} exceeded the rate limit for object mutation operations (create, update, and delete). ` +
      'Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.',
  )

export const unavailable = (): Refusal =>
  refusal(503, 'backendError', 'We encountered an internal error. Please try again.')
