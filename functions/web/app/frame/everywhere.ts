import type { AnyRouter } from '@tanstack/react-router'
import { Footprints, Keyboard, Plus, RefreshCw, Search } from 'lucide-react'

import type { MenuItem } from '../parts/Menu.tsx'
import { startTour } from '../pages/first-use/tour.ts'
import { opened } from '../session/session.ts'
import { accountItems } from './account-items.ts'
import { FOOT_PLACES } from './foot-places.ts'
import { openPalette, openShortcuts } from './layers.ts'
import { PLACES } from './places.ts'

/** What can be done on every page: the palette lists it, its keys act. */
export function everywhereItems({ navigate }: Pick<AnyRouter, 'navigate'>): MenuItem[] {
  const goTo = (to: string) => void navigate({ to })
  const places = PLACES.map(({ to, words, icon, keys }) => ({
    id: `go${to}`,
    words: `Go to ${words.toLowerCase()}`,
    icon,
    keys,
    onSelect: () => goTo(to),
  }))
  return [
    { id: 'new-audience', words: 'New audience', icon: Plus, keys: 'c', onSelect: () => goTo('/new-audience') },
    ...places,
    { id: 'search-list', words: 'Search this list', icon: Search, keys: '/', onSelect: focusSearch },
    { id: 'palette', words: 'Search and actions', icon: Search, keys: 'mod+k', onSelect: openPalette },
    ...FOOT_PLACES.map(({ to, words, icon }) => ({ id: `go${to}`, words, icon, onSelect: () => goTo(to) })),
    { id: 'tour', words: 'Take the tour', icon: Footprints, onSelect: startTour },
    { id: 'shortcuts', words: 'Keyboard shortcuts', icon: Keyboard, keys: '?', onSelect: openShortcuts },
    ...(opened().account ? [{ id: 'sync-now', words: 'Sync now', icon: RefreshCw, onSelect: syncNow }] : []),
    ...accountItems(goTo).filter(({ id }) => id !== 'shortcuts'),
  ]
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('main [data-search]')?.focus()
}

function syncNow(): void {
  void opened()
    .client.syncNow()
    .catch(() => undefined)
}
