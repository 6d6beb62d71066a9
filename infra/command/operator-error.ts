/** A failure that the operator can act on: printed as its message, without a stack. */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError'
  readonly exit_code: number

  constructor(message: string, { cause, exit_code = 1 }: { cause?: unknown; exit_code?: number } = {}) {
    super(message, { cause })
    this.exit_code = exit_code
  }
}

/** The command line is wrong and nothing was done. */
export class UsageError extends OperatorError {
  override readonly name = 'UsageError'

  constructor(message: string) {
    super(message, { exit_code: 2 })
  }
}
