import { browserPorts } from '#shared/client/browser/browser-ports.ts'
import { ActivationClient } from '#shared/client/client.ts'
import type { ClientEvent, Session } from '#shared/client/client-types.ts'
import { statusInWords } from '#shared/client/status-in-words.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import { StorageError } from '#shared/client/storage.ts'
import type { AppConfig } from './app-config.ts'

/**
 * A plain page on the client, as an app is one: it shows the audiences of whoever is signed in, and says how they are kept.
 * What a user would do is called by tests, by name.
 */
const config = JSON.parse(document.querySelector('#config')!.textContent) as AppConfig
const list = document.querySelector('#audiences')!
const status_line = document.querySelector('#status')!
const FIELDS = ['name', 'description', 'status'] as const

/** Every value that was on the screen, in its order: what flashes is among them. */
const rendered: (readonly [id: string, field: string, value: string])[] = []
const observer = new MutationObserver((mutations) => {
  const cells = new Set(mutations.flatMap(({ target, addedNodes }) => [...cellsIn(target), ...cellsIn(...addedNodes)]))
  for (const cell of cells) {
    const id = cell.closest('li')?.id ?? ''
    rendered.push([id, cell.className, cell.textContent])
  }
})
observer.observe(list, { subtree: true, childList: true, characterData: true })

function cellsIn(...nodes: readonly Node[]): Element[] {
  return nodes.flatMap((node) => {
    if (node instanceof Text) return node.parentElement === null ? [] : [node.parentElement]
    if (node instanceof HTMLSpanElement) return [node]
    return node instanceof HTMLLIElement ? [...node.children] : []
  })
}

const connections: IDBDatabase[] = []
const openDatabase = IDBFactory.prototype.open
IDBFactory.prototype.open = function (...what) {
  const request = openDatabase.apply(this, what)
  request.addEventListener('success', () => connections.push(request.result))
  return request
}

function isOpen(connection: IDBDatabase): boolean {
  try {
    return connection.transaction('entries') !== undefined
  } catch {
    return false
  }
}

const notKept = (error: unknown): string =>
  error instanceof StorageError ? `${error.kind}: ${error.message}` : String(error)

let is_signed_out = false
let client: ActivationClient | undefined

function sessionOf(user_id: string): Session {
  let token: string | undefined
  return {
    identity: { issuer: config.issuer, user_id, owner: user_id },
    token: async ({ is_renewal }) => {
      if (is_signed_out) throw new Error('the sign-in has ended')
      if (is_renewal) token = undefined
      token ??= await tokenOf(user_id)
      return token
    },
  }
}

async function tokenOf(user_id: string): Promise<string> {
  const answer = await fetch(config.token_url, { method: 'POST', body: JSON.stringify({ user_id }) })
  const { id_token } = (await answer.json()) as { id_token: string }
  return id_token
}

function opened(): ActivationClient {
  if (client === undefined) throw new Error('the client is not open')
  return client
}

/** Changes what differs, as any framework does. */
function show(event: ClientEvent): void {
  const words = statusInWords(opened().status)
  if (status_line.textContent !== words) status_line.textContent = words
  if ('records' in event) {
    for (const key of event.records) if (key.startsWith('audience:')) showRecord(key.slice('audience:'.length))
    return
  }
  const ids = new Set(
    opened()
      .list('audience')
      .map(({ record }) => String(record['audience_id'])),
  )
  for (const item of list.querySelectorAll('li')) if (!ids.has(item.id)) item.remove()
  for (const id of ids) showRecord(id)
}

function showRecord(id: string): void {
  const record = opened().get('audience', id)?.record
  const item = document.getElementById(id)
  if (!record || record.deleted) return item?.remove()
  const shown = item ?? list.appendChild(newItem(id))
  for (const [at, field] of FIELDS.entries()) {
    const cell = shown.children[at]!
    const text = JSON.stringify(record[field] ?? '')
    if (cell.textContent !== text) cell.textContent = text
  }
}

function newItem(id: string): HTMLLIElement {
  const item = document.createElement('li')
  item.id = id
  for (const field of FIELDS) item.appendChild(document.createElement('span')).className = field
  return item
}

async function open(): Promise<string> {
  const user_id = kept('user')
  try {
    client = await ActivationClient.open({
      ports: browserPorts(),
      api: { origins: config.origins, fetch: (...call) => fetch(...call) },
      app_version: config.app_version,
      ...(user_id !== null && { session: sessionOf(user_id) }),
    })
  } catch (error) {
    status_line.textContent = notKept(error)
    return 'failed'
  }
  client.subscribe(show)
  show({ all: true })
  return 'open'
}

/** Without access to storage there is no sign-in to remember. */
function kept(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

type Outcome = { readonly id: string } | { readonly refused: string }

async function outcomeOf(change: ReturnType<ActivationClient['create']>): Promise<Outcome> {
  const outcome = await change
  if (outcome.ok) return { id: outcome.id }
  return { refused: outcome.problem.kind }
}

const is_open = open()

const app = {
  is_open,
  rendered,
  shown: () =>
    [...list.querySelectorAll('.name')].map(({ textContent }) => JSON.parse(textContent) as string).toSorted(),
  record: (id: string) => opened().get('audience', id)?.record,
  idsByName: () =>
    Object.fromEntries(
      opened()
        .list('audience')
        .map(({ record }) => [String(record['name']), record['audience_id']]),
    ),
  status: () => opened().status,
  words: () => status_line.textContent,
  aside: () => opened().aside,
  log: () => opened().log.map(({ text }) => text),
  /** By which the service knows this device. */
  clientId: async () => {
    const ids: string[] = []
    const { storages } = browserPorts()
    for (const name of await storages.names()) {
      const storage = await storages.open<{ meta: { client_id?: string } }>(name, { reader: 1 })
      const client_entry = await storage.transact(['meta'], 'read', async ({ meta }) => await meta.get('client'))
      if (client_entry?.client_id !== undefined) ids.push(client_entry.client_id)
      await storage.close()
    }
    return ids.join()
  },
  isPersisted: async () => await browserPorts().storage_facts.isPersisted(),

  create: (name: string, notes?: string) =>
    outcomeOf(opened().create('audience', { name, ...(notes !== undefined && { metadata: { notes } }) })),
  change: (id: string, set: JsonRecord) => outcomeOf(opened().change('audience', id, { set })),
  delete: (id: string) => outcomeOf(opened().delete('audience', id)),
  createMany: async (count: number, prefix: string) => {
    for (let number = 1; number <= count; number++) await opened().create('audience', { name: `${prefix} ${number}` })
  },
  /** Makes records for ever; each that is kept is told. */
  writeOn: async (acknowledge: (name: string) => Promise<void>) => {
    for (let number = 1; ; number++) {
      const outcome = await opened().create('audience', { name: `Written ${number}` })
      if (outcome.ok) await acknowledge(`Written ${number}`)
    }
  },
  downloadedNames: async () => {
    const { audiences } = await opened().downloadData()
    return audiences.map(({ name }) => String(name)).toSorted()
  },
  syncNow: () => opened().syncNow(),
  resolve: (seq: number, whose: 'mine' | 'theirs') => outcomeOf(opened().resolve(seq, whose)),

  signIn: async (user_id: string) => {
    localStorage.setItem('user', user_id)
    await opened().signIn(sessionOf(user_id))
  },
  signOut: async (unsent: 'keep' | 'erase' = 'keep') => {
    localStorage.removeItem('user')
    await opened().signOut({ unsent })
  },
  /** The identity provider gives this page no more tokens. */
  endSignIn: () => void (is_signed_out = true),
  signInAgain: async (user_id: string) => {
    is_signed_out = false
    await opened().signIn(sessionOf(user_id))
  },

  /** As WebKit does under a tab in the background. */
  loseConnections: () => {
    for (const connection of connections.splice(0)) {
      connection.close()
      connection.dispatchEvent(new Event('close'))
    }
  },
  /** A write that never ends, as that of a tab that is frozen in the middle of it. */
  writeWithoutEnd: () => {
    for (const connection of connections.filter(isOpen)) {
      const kept = connection.transaction('entries', 'readwrite').objectStore('entries')
      const goOn = (): void => kept.count().addEventListener('success', goOn)
      goOn()
    }
  },
  /** What a release does whose entries an earlier one must not touch. */
  raiseMinReader: async (min_reader: number) => {
    const { storages } = browserPorts()
    for (const name of await storages.names()) {
      const storage = await storages.open<{ meta: object }>(name, { reader: min_reader })
      await storage.transact(['meta'], 'write', async ({ meta }) => meta.put('min_reader', { min_reader }))
      await storage.close()
    }
  },
}

Object.assign(window, { app })
