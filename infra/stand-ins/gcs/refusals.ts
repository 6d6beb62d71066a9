/**
 * A request the service refuses, in the shape and with the words Cloud Storage uses.
 * Source: https://cloud.google.com/storage/docs/json_api/v1/status-codes
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  /** Google's short reason, e.g. `conditionNotMet`: what client libraries decide retries by. */
  readonly reason: string
  readonly headers: Record<string, string>

  constructor(status: number, reason: string, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.reason = reason
    this.headers = headers
  }

  /** `{error: {code, message, errors: [{message, domain, reason, locationType?, location?}]}}` */
  toJson(): string {
    const domain = this.reason === 'rateLimitExceeded' ? 'usageLimits' : 'global'
    const where = this.reason === 'conditionNotMet' ? { locationType: 'header', location: 'If-Match' } : {}
    const errors = [{ message: this.message, domain, reason: this.reason, ...where }]
    return JSON.stringify({ error: { code: this.status, message: this.message, errors } })
  }
}

export const invalid = (message: string): Refusal => new Refusal(400, 'invalid', message)

export const noSuchObject = (bucket: string, name: string): Refusal =>
  new Refusal(404, 'notFound', `No such object: ${bucket}/${name}`)

export const noSuchBucket = (bucket: string): Refusal =>
  new Refusal(404, 'notFound', `The specified bucket does not exist: ${bucket}`)

export const conditionNotMet = (): Refusal =>
  new Refusal(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.')

/** Answered without a body. */
export const notModified = (headers: Record<string, string>): Refusal =>
  new Refusal(304, 'notModified', 'Not Modified', headers)

export const rateLimited = (bucket: string, name: string): Refusal =>
  new Refusal(
    429,
    'rateLimitExceeded',
    `The object ${bucket}/${name} exceeded the rate limit for object mutation operations (create, update, and delete). ` +
      'Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.',
  )

export const unavailable = (): Refusal =>
  new Refusal(503, 'backendError', 'We encountered an internal error. Please try again.')
