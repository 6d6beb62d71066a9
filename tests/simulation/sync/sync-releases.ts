import type { Edit } from '../build.ts'
import { OLDER_RELEASE } from '../releases.ts'

/**
 * The release before sync: it has no history, and keeps the ledgers of clients as a key-value that it does not know. It
 * serves programs beside instances that sync.
 */
export const OLDER_SYNC_RELEASE: readonly Edit[] = [
  ...OLDER_RELEASE,
  {
    file: 'shared/table/object/footer.ts',
    from: "    ['clients', footer.clients.encode()],\n",
    to: '',
  },
  {
    file: 'shared/table/object/footer.ts',
    from: "      clients: ClientLedgers.decode(unknown.has('clients') ? take('clients') : ''),\n",
    to: '      clients: ClientLedgers.EMPTY,\n',
  },
]
