import { useMemo } from 'react'

import { useRecords } from '../../store/hooks.ts'
import type { Distribution, Shown } from '../../store/records.ts'
import { inOrder, sendsByPlatform } from './platform-facts.ts'

export interface PlatformsOnDevice {
  readonly platforms: readonly Shown<'platform'>[]
  readonly sendsOf: (platform_id: string) => readonly Distribution[]
  readonly is_known: boolean
}

/** The platforms in the order of the page, and what was sent to each. */
export function usePlatforms(): PlatformsOnDevice {
  const { records, is_known } = useRecords('platform')
  const { records: distributions } = useRecords('distribution')
  return useMemo(() => {
    const sends = sendsByPlatform(distributions)
    return { platforms: inOrder(records), sendsOf: (id) => sends.get(id) ?? [], is_known }
  }, [records, distributions, is_known])
}
