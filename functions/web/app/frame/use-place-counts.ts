import { useDeferredValue, useMemo } from 'react'

import { useRecords } from '../store/hooks.ts'
import { statusOf } from '../store/records.ts'
import type { PlaceAddress } from './places.ts'

/** How many there are, quietly; or how many need a person. */
export interface PlaceCount {
  readonly count: number
  readonly needs_person?: boolean
}

const RUNNING: ReadonlySet<string> = new Set(['scheduled', 'pending', 'in_progress'])

/** Counted after the page itself is there. */
export function usePlaceCounts(): Readonly<Partial<Record<PlaceAddress, PlaceCount>>> {
  const audiences = useDeferredValue(useRecords('audience'), NOTHING)
  const platforms = useDeferredValue(useRecords('platform'), NOTHING)
  const distributions = useDeferredValue(useRecords('distribution'), NOTHING)
  return useMemo(() => {
    const live = audiences.records.filter((audience) => statusOf(audience) !== 'archived').length
    const failing = platforms.records.filter(({ record }) => record.status === 'error').length
    const running = distributions.records.filter(({ record }) => RUNNING.has(record.status)).length
    return {
      ...(live > 0 && { '/saved-audiences': { count: live } }),
      ...(failing > 0 && { '/platforms': { count: failing, needs_person: true } }),
      ...(running > 0 && { '/distributions': { count: running } }),
    }
  }, [audiences, platforms, distributions])
}

const NOTHING = { records: [], is_known: false }
