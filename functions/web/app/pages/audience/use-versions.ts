import { useCallback, useEffect, useState } from 'react'

import type { ActivationClient } from '#shared/client/client.ts'
import type { JsonRecord } from '#shared/client/store/entries.ts'
import { isConnectionMissing, problemInWords } from '../../format/problem-words.ts'
import { useClient } from '../../store/hooks.ts'
import type { Version } from './history.ts'

/** The past of an audience, as far as the service has told it. */
export type Versions =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly is_offline: boolean; readonly reason: string }
  | VersionList

export interface VersionList {
  readonly state: 'loaded'
  /** The latest first. */
  readonly versions: readonly Version[]
  readonly kept_since_version: number
  /** Something before that was never recorded. */
  readonly has_gap: boolean
  readonly next_cursor: string | null
}

/** @param version of the record now: a newer one is asked for when it has come */
export function useVersions(
  audience_id: string,
  version: number,
): readonly [Versions, more: () => Promise<void>, reload: () => Promise<void>] {
  const client = useClient()
  const [versions, setVersions] = useState<Versions>({ state: 'loading' })
  useEffect(() => {
    const ended = new AbortController()
    const load = async () => {
      const found = await pageOf(client, audience_id, { signal: ended.signal })
      if (!ended.signal.aborted) setVersions(found)
    }
    void load()
    return () => ended.abort()
    // A newer version is a reason to ask again, though nothing here reads its number.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [client, audience_id, version])

  const more = async () => {
    const cursor = versions.state === 'loaded' ? (versions.next_cursor ?? undefined) : undefined
    if (versions.state === 'failed') setVersions({ state: 'loading' })
    const found = await pageOf(client, audience_id, cursor === undefined ? {} : { cursor })
    const known = cursor !== undefined && versions.state === 'loaded' ? versions.versions : []
    setVersions(found.state === 'loaded' ? { ...found, versions: [...known, ...found.versions] } : found)
  }
  const reload = async () => setVersions(await pageOf(client, audience_id, {}))
  return [versions, more, reload]
}

async function pageOf(
  client: ActivationClient,
  audience_id: string,
  { cursor, signal }: { readonly cursor?: string; readonly signal?: AbortSignal },
): Promise<Versions> {
  const result = await client.api.audiences.listAudienceVersions({
    params: { audience_id },
    ...(cursor !== undefined && { query: { cursor } }),
    ...(signal && { signal }),
    // The user waits for it: the button tries again.
    attempts_max: 2,
  })
  if (result.ok) {
    const { versions, kept_since_version, gap, next_cursor } = result.body
    return { state: 'loaded', versions, kept_since_version, has_gap: gap, next_cursor }
  }
  const { problem } = result
  return { state: 'failed', is_offline: isConnectionMissing(problem), reason: problemInWords(problem) }
}

/** The fields of a version; a string says why they cannot be had. */
export type PastFields = JsonRecord | string

export function useVersionFields(audience_id: string): (version: number) => Promise<PastFields> {
  const client = useClient()
  return useCallback(
    async (version) => {
      const result = await client.api.audiences.getAudienceVersion({ params: { audience_id, version } })
      return result.ok ? result.body.audience : problemInWords(result.problem)
    },
    [client, audience_id],
  )
}
