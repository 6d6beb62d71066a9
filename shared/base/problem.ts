/**
 * An error that callers see, of any kind, in one class. RFC 9457 problem details, plus the members that clients of
 * the old system read (`success: false`, `error`).
 *
 * Kinds are chosen by what the caller should do, so a kind decides status and title. A `Problem` is an expected outcome
 * (returned or thrown, then answered as it is); anything else that is thrown is a fault and answered as `internal`.
 */
export const PROBLEM_KINDS = {
  'invalid-input': { status: 400, title: 'Invalid request' },
  unauthenticated: { status: 401, title: 'A valid token is required' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'illegal-transition': { status: 409, title: 'Not allowed in the current state' },
  conflict: { status: 409, title: 'Conflict with stored data' },
  'stale-version': { status: 412, title: 'The record has changed' },
  'too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The request body must be JSON' },
  'unresolvable-reference': { status: 422, title: 'A reference cannot be used' },
  'idempotency-mismatch': { status: 422, title: 'The idempotency key was used for another request' },
  'quota-exceeded': { status: 422, title: 'Limit reached' },
  'too-many-requests': { status: 429, title: 'Too many simultaneous requests' },
  internal: { status: 500, title: 'Internal error' },
  contended: { status: 503, title: 'Too many simultaneous writers' },
  unavailable: { status: 503, title: 'Service temporarily unavailable' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemKind = keyof typeof PROBLEM_KINDS

/** One bad field: `path` as the client wrote it (`segments[2].size`), `message` in plain words. */
export interface FieldError {
  path: string
  message: string
}

export interface ProblemOptions {
  errors?: readonly FieldError[]
  /** Further members of the answer, such as `outcome`, `deleted` or the current record. */
  members?: Readonly<Record<string, unknown>>
  /** Sent as `Retry-After`, rounded up to whole seconds. */
  retry_after_ms?: number
  headers?: Readonly<Record<string, string>>
  /** Kept for the log, never sent. */
  cause?: unknown
}

export class Problem extends Error {
  override readonly name = 'Problem'
  readonly kind: ProblemKind
  readonly errors: readonly FieldError[] | undefined
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  readonly retry_after_ms: number | undefined

  /** @param detail one sentence for the person who reads the answer; never a secret, a path or a stack */
  constructor(kind: ProblemKind, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.errors = options.errors
    this.members = options.members ?? {}
    this.headers = options.headers ?? {}
    this.retry_after_ms = options.retry_after_ms
  }

  get status(): number {
    return PROBLEM_KINDS[this.kind].status
  }
}
