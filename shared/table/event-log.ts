import type { TableEvents } from './events.ts'

/** Where the lines go: the structured log of the edge, as much of it as is needed here. */
interface Lines {
  write: (line: {
    severity: 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'
    message: string
    [field: string]: unknown
  }) => void
}

/** Table events as structured log lines: the audit trail, and what alerts match. User ids leave only as hashes. */
export function logTableEvents(lines: Lines, hashUser: (user_id: string) => string): TableEvents {
  const withoutUser = (text: string): string => hashUsersIn(text, hashUser)
  return {
    committed: ({ object, ...commit }) =>
      lines.write({ severity: 'INFO', message: 'commit', event: 'commit', object: withoutUser(object), ...commit }),
    corrupt: (object, reason) =>
      lines.write({
        severity: 'CRITICAL',
        message: 'a stored object cannot be read; it was not changed',
        event: 'corrupt_object',
        object: withoutUser(object),
        // A swapped object names where it belongs: another user's folder.
        reason: withoutUser(reason),
      }),
    storeFailed: (error) =>
      lines.write({
        // What is rejected stays rejected until somebody mends permissions or settings.
        severity: error.kind === 'rejected' ? 'ERROR' : 'WARNING',
        message: withoutUser(error.message),
        event: 'store_failed',
        kind: error.kind,
      }),
    nearLimit: (object, limit, value, limit_value) =>
      lines.write({
        severity: 'WARNING',
        message: `an object is near the limit ${limit}`,
        event: 'near_limit',
        object: withoutUser(object),
        limit,
        value,
        limit_value,
      }),
  }
}

/** Names of objects in a text, without the users in them. */
export function hashUsersIn(text: string, hashUser: (user_id: string) => string): string {
  return text.replaceAll(/user_id=([^/\s]*)/g, (_, escaped: string) => `user_hash=${hashUser(unescaped(escaped))}`)
}

/** The user id of a folder; of a damaged name whatever is there. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
