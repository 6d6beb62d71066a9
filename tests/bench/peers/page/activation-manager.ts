import { browserPorts } from '#shared/client/browser/browser-ports.ts'
import { ActivationClient } from '#shared/client/client.ts'
import type { Session } from '#shared/client/client-types.ts'
import { show, SHOWN, timedWrites } from './screen.ts'

/** The client of this project, on the same screen. */
let client: ActivationClient | undefined
let is_online = false
const claims = btoa(JSON.stringify({ iss: 'bench', sub: 'bench' })).replaceAll('=', '')
const session: Session = {
  identity: { issuer: 'bench', user_id: 'bench', owner: 'bench' },
  token: () => Promise.resolve(`x.${claims}.x`),
}
const opened = async (): Promise<ActivationClient> => {
  client ??= await ActivationClient.open({
    ports: browserPorts(),
    api: {
      origins: '',
      fetch: (...call) => (is_online ? fetch(...call) : Promise.reject(new TypeError('offline'))),
    },
    app_version: 'bench',
    session,
  })
  return client
}
const change = async (id: string, name: string): Promise<void> => {
  const outcome = await (await opened()).change('audience', id, { set: { name } })
  if (!outcome.ok) throw outcome.problem
}
const until = async (isSo: (client: ActivationClient) => boolean): Promise<void> => {
  const own = await opened()
  is_online = true
  await new Promise<void>((resolve) => {
    const look = () => {
      if (isSo(own)) resolve()
    }
    own.subscribe(look)
    void own.syncNow()
  })
}
const peer = {
  open: async () => {
    const own = await opened()
    const all = own.list('audience')
    // An id begins with its time.
    const newest = all.toSorted((a, b) => (a.id < b.id ? 1 : -1))
    const showOne = (id: string) => show(id, String(own.get('audience', id)?.record['name']))
    const shown = new Set(newest.slice(0, SHOWN).map(({ id }) => id))
    for (const id of shown) showOne(id)
    own.subscribe((event) => {
      if (!('records' in event)) return
      for (const key of event.records) {
        const id = key.slice('audience:'.length)
        if (shown.has(id)) showOne(id)
      }
    })
    return all.length
  },
  firstPull: async (count: number) => {
    await until((own) => own.list('audience').length === count)
    return (await opened()).list('audience').length
  },
  writes: (count: number) => timedWrites(count, change),
  change,
  ids: async () => (await opened()).list('audience').map(({ id }) => id),
  push: async () => {
    const before = (await opened()).status.pending
    await until((own) => own.status.pending === 0)
    return before
  },
}

Object.assign(window, { peer })
