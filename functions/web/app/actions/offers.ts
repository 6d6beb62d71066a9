import { useEffect, type RefObject } from 'react'

import { Cell } from '../base/cell.ts'
import type { MenuItem } from '../parts/Menu.tsx'

/** What can be done on the page at the moment: the palette lists it, and its shortcuts act. */
export interface Offer {
  /** What it is about: `On “Weekend trail runners”`, `3 selected`. */
  readonly title: string
  readonly items: readonly MenuItem[]
  /** Where the focus must be for its letters: the row, the card, the record. Without it they act everywhere. */
  readonly within?: RefObject<HTMLElement | null>
  /** The page is about it: its letters act also while the page itself has the focus, as after a navigation. */
  readonly is_page?: boolean
}

/** The latest first: what is selected comes before what the page is about. */
export const offers = new Cell<readonly Offer[]>([])

/** Offers it as long as the component is shown. @param offer undefined: nothing at the moment; the same value between changes */
export function useOffer(offer: Offer | undefined): void {
  useEffect(() => {
    if (!offer) return
    offers.set([offer, ...offers.get()])
    return () => offers.set(offers.get().filter((other) => other !== offer))
  }, [offer])
}
