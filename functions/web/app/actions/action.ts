import type { LucideIcon } from '../parts/Icon.tsx'
import type { MenuItem } from '../parts/Menu.tsx'

/**
 * What a user can do to some records. One list of these feeds the menu of a row, the bulk bar, the palette and the
 * shortcuts, so that all of them offer the same.
 */
export interface Action<Subject> {
  readonly id: string
  readonly words: string | ((subjects: readonly Subject[]) => string)
  readonly icon: LucideIcon
  /** `e`, `F2`, `mod+z`. */
  readonly keys?: string
  readonly is_dangerous?: boolean
  /** Without it the action is always offered. */
  readonly isOffered?: (subjects: readonly Subject[]) => boolean
  /** Tells failures where they belong; it never throws. */
  readonly run: (subjects: readonly Subject[]) => void | Promise<void>
}

/** What of `actions` can be done to these subjects, in the same order. */
export function offered<Subject>(actions: readonly Action<Subject>[], subjects: readonly Subject[]): MenuItem[] {
  if (subjects.length === 0) return []
  return actions.flatMap(({ id, words, icon, keys, is_dangerous, isOffered, run }) => {
    if (isOffered && !isOffered(subjects)) return []
    const item: MenuItem = {
      id,
      words: typeof words === 'string' ? words : words(subjects),
      icon,
      keys,
      is_dangerous,
      onSelect: () => void run(subjects),
    }
    return [item]
  })
}
