import { useEffect, useState } from 'react'

import type { Attempt, AudienceSnapshot } from '#shared/records/distribution.ts'
import { useClient } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'

/** What a distribution has beyond its row: the frozen audience and the attempts. */
export type SendDetails =
  | { readonly state: 'loading' }
  | {
      readonly state: 'known'
      readonly snapshot: AudienceSnapshot | null
      readonly attempts: readonly Attempt[]
      /** Else they were seen earlier, and this device is offline. */
      readonly is_current: boolean
    }
  | { readonly state: 'unknown'; readonly words: string }

interface Found {
  readonly id: string
  /** That was shown when they were asked for. */
  readonly version: number
  readonly details: SendDetails
}

const LOADING: SendDetails = { state: 'loading' }

/** Those of the version that is shown; while a newer one is asked for, the last ones stay. */
export function useDetails({ id, record: { version } }: Shown<'distribution'>): SendDetails {
  const client = useClient()
  const [found, setFound] = useState<Found>()
  useEffect(() => {
    let is_shown = true
    const load = async () => {
      // Rejected: the storage of this device fails, or another account is being opened.
      const details = await client.details(id).then(detailsOf, () => unknown('unavailable'))
      if (is_shown) setFound({ id, version, details })
    }
    void load()
    return () => void (is_shown = false)
  }, [client, id, version])
  return found?.id === id ? found.details : LOADING
}

type Outcome = Awaited<ReturnType<ReturnType<typeof useClient>['details']>>

function detailsOf(outcome: Outcome): SendDetails {
  if (!outcome.ok) return unknown(outcome.problem.kind)
  // The client keeps what the service answers by the contract.
  const { audience_snapshot, attempts } = outcome.details as {
    readonly audience_snapshot?: AudienceSnapshot | null
    readonly attempts?: readonly Attempt[]
  }
  return {
    state: 'known',
    snapshot: audience_snapshot ?? null,
    attempts: attempts ?? [],
    is_current: outcome.is_current,
  }
}

function unknown(kind: string): SendDetails {
  return { state: 'unknown', words: whyUnknown(kind) }
}

function whyUnknown(kind: string): string {
  if (kind === 'local') return 'The service freezes a copy of the audience when it takes the send.'
  if (kind === 'offline') return 'You are offline, and this device has not seen it yet.'
  return 'It could not be loaded. It comes when the service answers.'
}
