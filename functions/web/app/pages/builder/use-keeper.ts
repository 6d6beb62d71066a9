import { useEffect, useState } from 'react'

import { isoTime } from '#shared/base/clock.ts'
import { isSameJson } from '#shared/base/same-json.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import type { ServerRow } from '#shared/client/store/entries.ts'
import { newRecord } from '#shared/client/store/kinds.ts'
import { clock } from '../../base/ports.ts'
import { useClient } from '../../store/hooks.ts'
import type { Audience, Shown } from '../../store/records.ts'
import { EMPTY_DRAFT, formOf } from './model/draft.ts'
import { DraftKeeper } from './model/keeper.ts'
import { draftOf } from './model/record.ts'
import { refusedCreation } from './model/save.ts'

/** Drafts that no store has taken: who comes back to their page finds them there. */
const unkept = new Map<string, DraftKeeper>()

/**
 * What keeps the draft of an audience. It is there after a moment, and stays the same while somebody types.
 * @param shown the record that the draft is of, where there is one already
 * @param name what a new one is called before anything is typed
 */
export function useKeeper(id: string, shown: Shown<'audience'> | undefined, name = ''): DraftKeeper | undefined {
  const client = useClient()
  const [keeper, setKeeper] = useState<DraftKeeper>()
  const has_record = shown !== undefined
  useEffect(() => {
    let is_wanted = true
    const held = unkept.get(id)
    unkept.delete(id)
    void (held ? Promise.resolve(held) : openKeeper(client, id, { has_record, name })).then((opened) => {
      // A record that comes later does not take the place of what has been typed meanwhile.
      if (is_wanted) setKeeper((current) => (current && isTouched(current) ? current : opened))
    })
    return () => {
      is_wanted = false
    }
  }, [client, id, has_record, name])
  useEffect(() => {
    if (!keeper) return
    const form = formOf(id)
    const end = client.subscribe((event) => {
      if ('drafts' in event && event.drafts.has(form)) void keeper.heard()
    })
    const flush = () => void keeper.flush()
    const onLeave = (event: BeforeUnloadEvent) => {
      if (keeper.state.get().failure !== null) event.preventDefault()
    }
    document.addEventListener('visibilitychange', flush)
    window.addEventListener('pagehide', flush)
    window.addEventListener('beforeunload', onLeave)
    return () => {
      end()
      document.removeEventListener('visibilitychange', flush)
      window.removeEventListener('pagehide', flush)
      window.removeEventListener('beforeunload', onLeave)
      void keeper.flush().then(() => {
        if (keeper.state.get().failure !== null) unkept.set(id, keeper)
      })
    }
  }, [client, id, keeper])
  return keeper
}

interface Start {
  /** Whether a record of this id is known by now. */
  readonly has_record: boolean
  readonly name: string
}

async function openKeeper(client: ActivationClient, id: string, { has_record, name }: Start): Promise<DraftKeeper> {
  const refused = refusedCreation(client.aside, id)
  const saved = has_record ? client.get('audience', id)?.record : undefined
  const record = refused ? newRecord('audience', id, refused.value, null) : saved
  return await DraftKeeper.open({
    form: formOf(id),
    // The client validates what it stores by the schema that this type is of.
    start: record ? draftOf(record as ServerRow & Audience) : { ...EMPTY_DRAFT, name },
    drafts: () => client.drafts,
    clock,
    now: () => isoTime(clock.nowMs()),
  })
}

function isTouched({ state }: DraftKeeper): boolean {
  const { draft, kept_at } = state.get()
  return kept_at !== null || !isSameJson(draft, EMPTY_DRAFT)
}
