/**
 * An error that callers see, of any kind, in one class. RFC 9457 problem details, plus the members that clients of
 * the old system read (`success: false`, `error`).
 *
 * Kinds are chosen by what the caller should do, so a kind decides status and title. A `Problem` is an expected outcome
 * (returned or thrown, then answered as it is); anything else that is thrown is a fault and answered as `internal`.
 */
export const PROBLEM_KINDS = {
  'invalid-input': { status: 400 },
  unauthenticated: { status: 401 },
  forbidden: { status: 403 },
  'not-found': { status: 404 },
  'method-not-allowed': { status: 405 },
  'illegal-transition': { status: 409 },
  conflict: { status: 409 },
  'in-use': { status: 409 },
  'stale-version': { status: 412 },
  'too-large': { status: 413 },
  'unsupported-media-type': { status: 415 },
  'unresolvable-reference': { status: 422 },
  'idempotency-mismatch': { status: 422 },
  'quota-exceeded': { status: 422 },
  'too-many-requests': { status: 429 },
  internal: { status: 500 },
  contended: { status: 503 },
  unavailable: { status: 503 },
} as const satisfies Record<string, { status: number }>

export type ProblemKind = keyof typeof PROBLEM_KINDS

/** Beside the kinds, because a browser takes those and not these. */
export const PROBLEM_TITLES: Readonly<Record<ProblemKind, string>> = {
  'invalid-input': 'Invalid request',
  unauthenticated: 'A valid token is required',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  'method-not-allowed': 'Method not allowed',
  'illegal-transition': 'Not allowed in the current state',
  conflict: 'Conflict with stored data',
  'in-use': 'The record is in use',
  'stale-version': 'The record has changed',
  'too-large': 'The request body is too large',
  'unsupported-media-type': 'The request body must be JSON',
  'unresolvable-reference': 'A reference cannot be used',
  'idempotency-mismatch': 'The idempotency key was used for another request',
  'quota-exceeded': 'Limit reached',
  'too-many-requests': 'Too many simultaneous requests',
  internal: 'Internal error',
  contended: 'Too many simultaneous writers',
  unavailable: 'Service temporarily unavailable',
}

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
  retry_after_ms?: number | undefined
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
