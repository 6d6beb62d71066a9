import { Route, Search, UsersRound } from 'lucide-react'

import { plain } from '../base/plain.ts'
import { numberOf } from '../format/numbers.ts'
import { UNKNOWN } from '../format/words.ts'
import type { MenuItem } from '../parts/Menu.tsx'
import { sizeOf, type Shown } from '../store/records.ts'

/** What the palette lists. */
export interface PaletteItem extends MenuItem {
  /** A fact at its right, as a size. */
  readonly aside?: string
}

export interface PaletteGroup {
  readonly title: string
  readonly items: readonly PaletteItem[]
}

const FOUND_MAX = 6
/** Those whose name has what was typed, the ones that begin with it first. */
export function matching<Item extends { readonly words: string }>(items: readonly Item[], text: string): Item[] {
  const wanted = plain(text)
  const found = items.filter(({ words }) => plain(words).includes(wanted))
  return wanted === '' ? found : found.toSorted((one, other) => rank(one.words, wanted) - rank(other.words, wanted))
}

function rank(words: string, wanted: string): number {
  return plain(words).startsWith(wanted) ? 0 : 1
}

/** Records by their names; nothing before something is typed. @param goTo leads to a page */
export function foundRecords(
  text: string,
  { audiences, platforms }: { audiences: readonly Shown<'audience'>[]; platforms: readonly Shown<'platform'>[] },
  goTo: (to: string) => void,
): PaletteGroup[] {
  if (text.trim() === '') return []
  const audience_items = audiences.map(({ id, record }) => ({
    id,
    words: record.name,
    icon: UsersRound,
    size: sizeOf(record),
    onSelect: () => goTo(`/audience/${id}`),
  }))
  const platform_items = platforms.map(({ id, record }) => ({
    id,
    words: record.name,
    icon: Route,
    onSelect: () => goTo('/platforms'),
  }))
  return [
    {
      title: 'Audiences',
      items: matching(audience_items, text)
        .slice(0, FOUND_MAX)
        .map(({ size, ...item }) => ({ ...item, aside: size === null ? UNKNOWN.size : numberOf(size) })),
    },
    { title: 'Platforms', items: matching(platform_items, text).slice(0, FOUND_MAX) },
  ]
}

/** What can be done with the words themselves. */
export function searchItems(text: string, goToSearch: (text: string) => void): PaletteItem[] {
  const words = text.trim()
  if (words === '') return []
  return [
    {
      id: 'search-audiences',
      words: `Search names and descriptions for “${words}”`,
      icon: Search,
      onSelect: () => goToSearch(words),
    },
  ]
}
