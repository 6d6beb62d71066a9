import { Problem } from '../base/problem.ts'
import { KeyError } from './key-wrapper.ts'

/** The part of a log that is needed here. */
interface Lines {
  write: (line: {
    readonly severity: 'WARNING' | 'ERROR'
    readonly message: string
    readonly function: string
    readonly key_error: KeyError['kind']
  }) => void
}

/**
 * Turns a `KeyError` into the problem that the function answers, and logs it: alerts match `key_error`.
 * @returns a function that gives `undefined` for every other error
 */
export function keyFailures(log: Lines, function_name: string): (error: unknown) => Problem | undefined {
  return (error) => {
    if (!(error instanceof KeyError)) return undefined
    // Its message names key and cause, never what was to be encrypted.
    const severity = error.kind === 'unavailable' ? 'WARNING' : 'ERROR'
    log.write({ severity, message: error.message, function: function_name, key_error: error.kind })
    return keyProblem(error)
  }
}

/** The problem that the user sees for a failed key operation. It concerns no other platform. */
function keyProblem(error: KeyError): Problem {
  switch (error.kind) {
    case 'unavailable':
      return new Problem(
        'unavailable',
        'The service that encrypts credentials is temporarily unavailable. Nothing was changed.',
        { retry_after_ms: 5000, members: { code: 'key_unavailable' }, cause: error },
      )
    case 'key_unusable':
      return new Problem(
        'unavailable',
        'The key that these credentials need is disabled or destroyed. Nothing was changed; other platforms are not ' +
          'affected, and the operator is informed.',
        { retry_after_ms: 300_000, members: { code: 'key_unusable' }, cause: error },
      )
    case 'denied':
      return new Problem(
        'unavailable',
        'This service is not permitted to use its encryption key. Nothing was changed. The operator is informed.',
        { retry_after_ms: 60_000, members: { code: 'key_denied' }, cause: error },
      )
    case 'refused':
      return new Problem(
        'conflict',
        'The stored credentials can no longer be decrypted. Please enter them again. Nothing was changed.',
        { members: { code: 'credentials_unreadable' }, cause: error },
      )
  }
}
