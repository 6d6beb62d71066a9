import { Plus, Route, Search, Send, UsersRound } from 'lucide-react'

import { plain } from '../base/plain.ts'
import { numberOf } from '../format/numbers.ts'
import { DISTRIBUTION_STATUS, PLATFORM_STATUS } from '../format/status.ts'
import { UNKNOWN } from '../format/words.ts'
import type { Send as SentAudience } from '../pages/distributions/sends.ts'
import type { MenuItem } from '../parts/Menu.tsx'
import { sizeOf, type Shown } from '../store/records.ts'

/** What the palette lists. */
export interface PaletteItem extends MenuItem {
  /** A fact at its right, as a size. */
  readonly aside?: string
  /** What can be done to the record that it is; Tab shows it. */
  readonly actions?: () => readonly MenuItem[]
}

export interface PaletteGroup {
  readonly title: string
  readonly items: readonly PaletteItem[]
}

/** The records of this device, and what can be done to each. */
export interface Findable {
  readonly audiences: readonly Shown<'audience'>[]
  readonly platforms: readonly Shown<'platform'>[]
  readonly sends: readonly SentAudience[]
  readonly actionsOf: {
    readonly audience: (audience: Shown<'audience'>) => readonly MenuItem[]
    readonly platform: (platform: Shown<'platform'>) => readonly MenuItem[]
    readonly send: (send: SentAudience) => readonly MenuItem[]
  }
}

const FOUND_MAX = 6
/** Of the first that was found: the rest is behind Tab. */
const FIRST_ACTIONS_MAX = 4

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
  { audiences, platforms, sends, actionsOf }: Findable,
  goTo: (to: string, search?: Readonly<Record<string, string>>) => void,
): PaletteGroup[] {
  if (text.trim() === '') return []
  const found = <Subject>(subjects: readonly Subject[], wordsOf: (subject: Subject) => string) =>
    matching(
      subjects.map((subject) => ({ subject, words: wordsOf(subject) })),
      text,
    ).slice(0, FOUND_MAX)
  return [
    {
      title: 'Audiences',
      items: found(audiences, ({ record }) => record.name).map(({ subject, words }) => {
        const size = sizeOf(subject.record)
        return {
          id: subject.id,
          words,
          icon: UsersRound,
          aside: size === null ? UNKNOWN.size : numberOf(size),
          onSelect: () => goTo(`/audience/${subject.id}`),
          actions: () => actionsOf.audience(subject),
        }
      }),
    },
    {
      title: 'Platforms',
      items: found(platforms, ({ record }) => record.name).map(({ subject, words }) => ({
        id: subject.id,
        words,
        icon: Route,
        aside: PLATFORM_STATUS[subject.record.status].words,
        onSelect: () => goTo('/platforms'),
        actions: () => actionsOf.platform(subject),
      })),
    },
    {
      title: 'Distributions',
      items: found(sends, ({ audience_name, platform_name }) => `${audience_name} to ${platform_name}`).map(
        ({ subject, words }) => ({
          id: subject.id,
          words,
          icon: Send,
          aside: DISTRIBUTION_STATUS[subject.shown.record.status].words,
          onSelect: () => goTo('/distributions', { id: subject.id }),
          actions: () => actionsOf.send(subject),
        }),
      ),
    },
  ]
}

/** Everything that can be done to a record that was found. */
export function actionsOn({ words, actions }: PaletteItem): PaletteGroup {
  return { title: `On “${words}”`, items: (actions?.() ?? []).filter(({ id }) => id !== 'open') }
}

/** What is done most with the first one that was found. */
export function firstActions(found: readonly PaletteGroup[]): readonly PaletteGroup[] {
  const first = found.flatMap(({ items }) => items)[0]
  if (!first) return []
  const { title, items } = actionsOn(first)
  return [{ title, items: items.filter(({ is_dangerous }) => !is_dangerous).slice(0, FIRST_ACTIONS_MAX) }]
}

type GoTo = (to: string, search: Readonly<Record<string, string>>) => void

/** What can be done with the words themselves. @param goTo leads to a page */
export function wordsItems(text: string, goTo: GoTo): PaletteItem[] {
  const words = text.trim()
  if (words === '') return []
  return [
    {
      id: 'new-audience-named',
      words: `New audience “${words}”`,
      icon: Plus,
      onSelect: () => goTo('/new-audience', { name: words }),
    },
    {
      id: 'search-audiences',
      words: `Search names and descriptions for “${words}”`,
      icon: Search,
      onSelect: () => goTo('/saved-audiences', { q: words }),
    },
  ]
}
