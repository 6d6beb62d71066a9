import { idTimeMs } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import { CLIENT_ID_PREFIX } from '../../contract/client-id.ts'

/**
 * Which client sends the request, by its `Client-Id`; null when it does not say. Any well-formed id is a client: there
 * is no register. The names of the server's own writers are none.
 * @throws Problem `invalid-input`
 */
export function clientIdOf(header: string | undefined): string | null {
  if (header === undefined) return null
  if (idTimeMs(CLIENT_ID_PREFIX, header) !== undefined) return header
  const message = 'must be an id of the client such as cli_01h455vb4pex5vsknk084sn02q, or be left out'
  throw new Problem('invalid-input', `Client-Id ${message}.`, { errors: [{ path: 'Client-Id', message }] })
}
