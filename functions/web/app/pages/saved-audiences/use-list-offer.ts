import { useMemo, type RefObject } from 'react'

import { offered, type Action } from '../../actions/action.ts'
import { useOffer } from '../../actions/offers.ts'
import type { ShownAudience } from './select-audiences.ts'
import type { Selection } from './use-selection.ts'

/** Offers the actions for what is selected, or else for what has the focus: to the palette, and as keys within the list. */
export function useListOffer({
  list,
  actions,
  selection: { selected },
  focused,
}: {
  readonly list: RefObject<HTMLElement | null>
  readonly actions: readonly Action<ShownAudience>[]
  readonly selection: Selection
  readonly focused: ShownAudience | undefined
}): void {
  const offer = useMemo(() => {
    const subjects = selected.length > 0 ? selected : focused ? [focused] : []
    const [only] = subjects
    if (!only) return undefined
    // Enter is the link's own: as a shortcut it would take it from checkbox and menu.
    const items = offered(actions, subjects).map((item) => (item.id === 'open' ? { ...item, keys: undefined } : item))
    const title = selected.length > 0 ? `${selected.length} selected` : `On “${only.record.name}”`
    return { title, items, within: list }
  }, [actions, selected, focused, list])
  useOffer(offer)
}
