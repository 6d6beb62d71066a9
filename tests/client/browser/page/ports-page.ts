import { browserPorts } from '#shared/client/browser/browser-ports.ts'
import { LockError, type Channel, type HeldLock } from '#shared/client/ports.ts'
import { type ClientStorage, StorageError } from '#shared/client/storage.ts'

/**
 * A page with the client's ports, which tests steer by expressions: each function answers in plain values, a failure as
 * its kind.
 */
type Contents = { readonly notes: { readonly text: string } }

const ports = browserPorts()
const notices: string[] = []
const events: string[] = []
const heard: unknown[] = []
const connections: IDBDatabase[] = []
let storage: ClientStorage<Contents> | undefined
let channel: Channel | undefined
let held: HeldLock | undefined

ports.lifecycle.subscribe((event) => events.push(event))

const open = IDBFactory.prototype.open
IDBFactory.prototype.open = function (...what) {
  const request = open.apply(this, what)
  request.addEventListener('success', () => connections.push(request.result))
  return request
}

async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await work()) ?? 'done'
  } catch (error) {
    if (error instanceof StorageError || error instanceof LockError) return error.kind
    throw error
  }
}

function opened(): ClientStorage<Contents> {
  if (storage === undefined) throw new Error('nothing is open')
  return storage
}

const client = {
  notices,
  events,
  heard,
  state: () => ports.lifecycle.state(),
  facts: async () => [await ports.storage_facts.isPersisted(), (await ports.storage_facts.estimate()) !== undefined],

  open: () =>
    outcomeOf(async () => {
      storage = await ports.storages.open<Contents>('notes', { reader: 1, onNotice: (notice) => notices.push(notice) })
    }),
  put: (key: string, text = 'x') =>
    outcomeOf(() =>
      opened().transact(['notes'], 'write', async ({ notes }) => notes.put(key, { text }), {
        durability: 'strict',
      }),
    ),
  remove: (key: string) =>
    outcomeOf(() => opened().transact(['notes'], 'write', async ({ notes }) => notes.delete(key))),
  keys: () => outcomeOf(() => opened().transact(['notes'], 'read', ({ notes }) => notes.getKeys())),
  erase: () => outcomeOf(() => ports.storages.erase('notes')),
  names: () => outcomeOf(() => ports.storages.names()),

  /** Writes numbers for ever; each is acknowledged to the test. */
  writeOn: async (acknowledge: (count: number) => Promise<void>) => {
    for (let count = 1; ; count++) {
      await opened().transact(['notes'], 'write', async ({ notes }) => {
        notes.put(`a${count}`, { text: 'x'.repeat(2_000) })
        notes.put(`b${count}`, { text: 'x'.repeat(2_000) })
      })
      await acknowledge(count)
    }
  },

  /** As WebKit does under a tab in the background. */
  loseConnection: () => {
    const connection = connections.at(-1)
    connection?.close()
    connection?.dispatchEvent(new Event('close'))
  },
  /** Closed, and nobody has told it yet. */
  closeConnection: () => connections.at(-1)?.close(),
  /** The database as a later release would make it. */
  upgrade: () =>
    new Promise((resolve) => {
      const request = open.call(indexedDB, 'activation-manager/notes', 2)
      request.addEventListener('blocked', () => resolve('blocked'))
      request.addEventListener('success', () => {
        request.result.close()
        resolve('upgraded')
      })
    }),
  /** A connection of a page that does not let go. */
  cling: () =>
    new Promise<void>((resolve) => {
      open.call(indexedDB, 'activation-manager/notes').addEventListener('success', () => resolve())
    }),
  /** A transaction that goes on, as that of a frozen tab. */
  keepWriting: () => {
    const connection = connections.at(-1)
    const kept = connection?.transaction('entries', 'readwrite').objectStore('entries')
    const goOn = (): void => kept?.count().addEventListener('success', goOn)
    goOn()
  },
  /** As a browser that forbids storage, or that never answers. */
  forbidStorage: () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined }),
  silenceStorage: () => {
    IDBFactory.prototype.open = () => new EventTarget() as IDBOpenDBRequest
  },

  has_locks: ports.locks.is_available,
  lock: (stop_ms?: number) =>
    outcomeOf(async () => {
      held = await ports.locks.acquire('sync', stop_ms === undefined ? undefined : AbortSignal.timeout(stop_ms))
    }),
  tryLock: () =>
    outcomeOf(async () => {
      held = await ports.locks.tryAcquire('sync')
      return held === undefined ? 'held elsewhere' : 'taken'
    }),
  release: () => held?.release(),
  steal: () => navigator.locks.request('sync', { steal: true }, () => 'stolen'),
  isLost: () => held?.lost.aborted,

  listen: () => {
    channel = ports.channels.open('rows')
    channel.subscribe((message) => heard.push(message))
    return channel.reaches_other_tabs
  },
  say: (message: unknown) => channel?.post(message),
  hush: () => channel?.close(),
}

Object.assign(window, { client })
