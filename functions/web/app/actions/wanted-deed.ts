import { useEffect } from 'react'

import { Cell, useCell } from '../base/cell.ts'

/** An action of a record that only its page can do, asked for elsewhere: the page does it once it shows the record. */
interface WantedDeed {
  readonly noun: 'platform' | 'distribution'
  readonly id: string
  /** Of its list of actions. */
  readonly action_id: string
}

const wanted_deed = new Cell<WantedDeed | undefined>(undefined)

export const wantDeed = (wanted: WantedDeed): void => wanted_deed.set(wanted)

/** @param run does it; false: the record is not there yet */
export function useWantedDeed(noun: WantedDeed['noun'], run: (wanted: WantedDeed) => boolean): void {
  const wanted = useCell(wanted_deed)
  useEffect(() => {
    if (wanted?.noun === noun && run(wanted)) wanted_deed.set(undefined)
  })
  // Who left the page without it wants it no more.
  useEffect(
    () => () => {
      if (wanted_deed.get()?.noun === noun) wanted_deed.set(undefined)
    },
    [noun],
  )
}
