import { Problem } from '../base/problem.ts'
import type { KeyError } from './key-wrapper.ts'

/** What the user is told when a key does not do its work. None of it concerns any other platform. */
export function keyProblem(error: KeyError): Problem {
  switch (error.kind) {
    case 'unavailable':
      return new Problem(
        'unavailable',
        'The service that encrypts credentials cannot be reached at the moment. Nothing was changed.',
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
        'This service may not use its encryption key at the moment. Nothing was changed; the operator is informed.',
        { retry_after_ms: 60_000, members: { code: 'key_denied' }, cause: error },
      )
    case 'refused':
      return new Problem(
        'conflict',
        'The stored credentials cannot be opened any more: please enter them again. Nothing was changed.',
        { members: { code: 'credentials_unreadable' }, cause: error },
      )
  }
}
