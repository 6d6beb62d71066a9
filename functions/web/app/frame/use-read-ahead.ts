import { useEffect } from 'react'

import { readAll } from '../audiences/read-all.ts'
import { whenIdle } from '../base/idle.ts'
import { clock } from '../base/ports.ts'
import { useRecords } from '../store/hooks.ts'

/** Reads every audience while nobody does anything, so that the first search has nothing to wait for. */
export function useReadAhead(): void {
  const { records, is_known } = useRecords('audience')
  useEffect(() => {
    if (is_known) whenIdle(() => void readAll(records, clock))
  }, [records, is_known])
}
