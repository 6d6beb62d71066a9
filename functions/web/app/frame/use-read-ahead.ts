import { useEffect } from 'react'

import { readAhead } from '../audiences/read-all.ts'
import { nextIdle } from '../base/idle.ts'
import { clock } from '../base/ports.ts'
import { useRecords } from '../store/hooks.ts'

/** Reads every audience while nobody does anything, so that the first search has nothing to wait for. */
export function useReadAhead(): void {
  const { records, is_known } = useRecords('audience')
  useEffect(() => {
    if (!is_known) return
    const ended = new AbortController()
    void readAhead(records, { clock, nextIdle, signal: ended.signal })
    return () => ended.abort()
  }, [records, is_known])
}
