import * as z from 'zod/mini'

import { idTimeMs } from '../base/ids.ts'

/** Prefix of the ids by which clients name themselves. There is no register: any well-formed id is a client. */
export const CLIENT_ID_PREFIX = 'cli'

export const clientId = z.string().check(
  z.refine((id) => idTimeMs(CLIENT_ID_PREFIX, id) !== undefined, {
    error: 'must be an id of the client such as cli_01h455vb4pex5vsknk084sn02q',
  }),
)
