import { use } from 'react'

import { clock } from '../base/ports.ts'
import type { Shown } from '../store/records.ts'
import { isAllRead, readAll } from './read-all.ts'

/** Suspends until all audiences are read. @param is_wanted otherwise it waits for nothing */
export function useAllRead(all: readonly Shown<'audience'>[], is_wanted = true): void {
  if (is_wanted && !isAllRead(all)) use(readAll(all, clock))
}
