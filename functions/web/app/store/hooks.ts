import { createContext, use, useCallback, useMemo, useRef, useSyncExternalStore } from 'react'

import { isSameJson } from '#shared/base/same-json.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import type { LogEntry, OutboxEntry, RecordNoun } from '#shared/client/store/entries.ts'
import type { SyncStatus } from '#shared/client/store/status.ts'
import type { Shown } from './records.ts'

/** The client of the page, which is open when any page is shown. */
export const ClientContext = createContext<ActivationClient | undefined>(undefined)

export function useClient(): ActivationClient {
  const client = use(ClientContext)
  if (!client) throw new Error('No client is open here.')
  return client
}

/** What the client says now. @param read gives the same value as long as nothing has changed */
function useOfClient<Value>(read: (client: ActivationClient) => Value): Value {
  const client = useClient()
  const subscribe = useCallback((onChange: () => void) => client.subscribe(onChange), [client])
  return useSyncExternalStore(subscribe, () => read(client))
}

/** As `useOfClient`, for what the client makes with every call: equal values stay the same value. */
function useEqual<Value>(read: (client: ActivationClient) => Value): Value {
  const last = useRef<Value>(undefined)
  return useOfClient((client) => {
    const now = read(client)
    if (last.current !== undefined && isSameJson(last.current, now)) return last.current
    last.current = now
    return now
  })
}

export interface Records<Noun extends RecordNoun> {
  readonly records: readonly Shown<Noun>[]
  /** Whether this device has had everything once. Until then an empty list means "unknown yet", not "none". */
  readonly is_known: boolean
}

/** Every record of a kind that is not deleted, in no order. */
export function useRecords<Noun extends RecordNoun>(noun: Noun): Records<Noun> {
  const list = useOfClient((client) => client.list(noun))
  const is_known = useIsKnown()
  // The client validates what it stores by the schemas that these types are of.
  return useMemo(() => ({ records: list as readonly Shown<Noun>[], is_known }), [list, is_known])
}

/** One record, deleted or not; undefined: there is none, or it is not known yet. */
export function useRecord<Noun extends RecordNoun>(
  noun: Noun,
  id: string,
): { readonly shown: Shown<Noun> | undefined; readonly is_known: boolean } {
  const last = useRef<{ readonly key: string; readonly shown: Shown<Noun> | undefined }>(undefined)
  const shown = useOfClient((client) => {
    const now = client.get(noun, id) as Shown<Noun> | undefined
    const key = now ? JSON.stringify([now.record, now.waiting, now.aside]) : ''
    if (last.current?.key === key) return last.current.shown
    last.current = { key, shown: now }
    return now
  })
  return { shown, is_known: useIsKnown() }
}

export function useStatus(): SyncStatus {
  return useEqual(statusOf)
}

/** What the sync did last, oldest first. */
export function useLog(): readonly LogEntry[] {
  return useOfClient(logOf)
}

/** Changes that wait for the user. */
export function useAside(): readonly OutboxEntry[] {
  return useEqual(asideOf)
}

function useIsKnown(): boolean {
  return useOfClient(isKnown)
}

const statusOf = ({ status }: ActivationClient) => status
const logOf = ({ log }: ActivationClient) => log
const asideOf = ({ aside }: ActivationClient) => aside
const isKnown = ({ status: { mode, synced_at } }: ActivationClient) => mode === 'guest' || synced_at !== null
