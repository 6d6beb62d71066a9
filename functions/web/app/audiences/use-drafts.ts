import { useCallback, useEffect, useState } from 'react'

import type { Draft } from '#shared/client/store/drafts.ts'
import { useClient } from '../store/hooks.ts'
import { audienceIdOf } from '../pages/builder/model/draft.ts'

/** An audience that is being made on this device, and that nobody has saved yet. */
export interface AudienceDraft {
  readonly audience_id: string
  readonly draft: Draft
}

/** The latest first; undefined until they are read. @returns also how to read them again */
export function useDrafts(): readonly [drafts: readonly AudienceDraft[] | undefined, readAgain: () => void] {
  const client = useClient()
  const [drafts, setDrafts] = useState<readonly AudienceDraft[]>()
  const read = useCallback(() => {
    // While an account is being opened nobody knows them yet; the client tells when it is open.
    if (client.client_id === null) return
    client.drafts.list().then(
      (all) => setDrafts(audienceDrafts(all)),
      () => setDrafts([]),
    )
  }, [client])
  useEffect(() => {
    read()
    return client.subscribe((event) => {
      if ('drafts' in event || 'all' in event) read()
    })
  }, [client, read])
  return [drafts, read]
}

function audienceDrafts(all: readonly Draft[]): readonly AudienceDraft[] {
  return all
    .flatMap((draft) => {
      const audience_id = audienceIdOf(draft.form)
      return audience_id === undefined ? [] : [{ audience_id, draft }]
    })
    .toSorted(({ draft: one }, { draft: other }) => (one.saved_at < other.saved_at ? 1 : -1))
}
