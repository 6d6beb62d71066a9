import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react'

import { letters_on } from '../../base/letters.ts'
import { isDialogOpen } from '../../parts/dialogs.ts'
import type { ShownAudience } from './select-audiences.ts'
import type { Selection } from './use-selection.ts'

/** Moving and selecting in a list by keys. The focus stays in the list when what had it leaves. */
export interface ListKeys {
  /** What has the focus, or had it last. */
  readonly focused: ShownAudience | undefined
  readonly props: {
    readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void
    readonly onFocus: (event: FocusEvent<HTMLElement>) => void
    readonly onBlur: (event: FocusEvent<HTMLElement>) => void
  }
}

interface ListKeysOptions {
  readonly list: RefObject<HTMLElement | null>
  readonly audiences: readonly ShownAudience[]
  /** How many stand in a row. */
  readonly columns: number
  readonly selection: Selection
  readonly scrollToRow: (row: number) => void
}

export function useListKeys({ list, audiences, columns, selection, scrollToRow }: ListKeysOptions): ListKeys {
  const [focused_id, setFocusedId] = useState<string>()
  const last = useRef({ at: 0, has_focus: false })
  const wanted = useRef<string>(undefined)
  const at = useMemo(
    () => (focused_id === undefined ? -1 : audiences.findIndex(({ id }) => id === focused_id)),
    [audiences, focused_id],
  )

  const focusAt = useCallback(
    (index: number) => {
      const audience = audiences[Math.max(0, Math.min(index, audiences.length - 1))]
      if (!audience) return
      wanted.current = audience.id
      setFocusedId(audience.id)
      const shown = linkOf(list.current, audience.id)
      shown?.focus()
      if (!shown) scrollToRow(Math.floor(audiences.indexOf(audience) / columns))
    },
    [audiences, columns, list, scrollToRow],
  )

  // A row that is wanted comes with a later picture; one that has gone gives its focus to what stands in its place.
  useEffect(() => {
    const { has_focus } = last.current
    if (at >= 0) last.current.at = at
    if (wanted.current !== undefined) {
      const link = linkOf(list.current, wanted.current)
      if (!link) return
      wanted.current = undefined
      return link.focus()
    }
    const is_lost = has_focus && document.activeElement === document.body
    if (is_lost && at < 0 && !isDialogOpen()) focusAt(last.current.at)
  })

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { target, key, shiftKey } = event
    const is_ours = target instanceof Element && target.closest('[popover], [role=menu], dialog') === null
    if (!is_ours || event.defaultPrevented || event.altKey) return
    // React hears nothing of the focus that a closing dialog gives back.
    last.current.has_focus = true
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === 'a') {
      event.preventDefault()
      return selection.selectAll()
    }
    if (event.ctrlKey || event.metaKey) return
    if (key === 'Escape' && selection.selected.length > 0) {
      event.preventDefault()
      return selection.clear()
    }
    const is_letter = key.length === 1 && key !== ' '
    if (is_letter && !letters_on.get()) return
    const on_control = target.matches('input, button')
    if (key === 'x' || (key === ' ' && !on_control)) {
      event.preventDefault()
      if (focused_id !== undefined) selection.toggle(focused_id, shiftKey)
      return
    }
    const to = nextAt(key, at, { columns, count: audiences.length })
    const next = to === undefined ? undefined : audiences[to]
    if (to === undefined || !next) return
    event.preventDefault()
    if (shiftKey && focused_id !== undefined) selection.extendTo(focused_id, next.id)
    focusAt(to)
  }

  return {
    focused: audiences[at],
    props: {
      onKeyDown,
      onFocus: ({ target }) => {
        last.current.has_focus = true
        const id = target.closest<HTMLElement>('[data-id]')?.dataset['id']
        if (id !== undefined) setFocusedId(id)
      },
      onBlur: ({ relatedTarget }) => {
        // A row that is taken out loses the focus to nothing; a dialog gives it back.
        if (relatedTarget === null || relatedTarget.closest('dialog')) return
        last.current.has_focus = list.current?.contains(relatedTarget) ?? false
      },
    },
  }
}

function linkOf(list: HTMLElement | null, id: string): HTMLElement | null {
  return list?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"] a[data-name]`) ?? null
}

function nextAt(
  key: string,
  at: number,
  { columns, count }: { readonly columns: number; readonly count: number },
): number | undefined {
  const bounded = (to: number) => (to < 0 || to >= count ? at : to)
  switch (key) {
    case 'ArrowDown':
      return bounded(at + columns)
    case 'ArrowUp':
      return bounded(at - columns)
    case 'j':
      return bounded(at + 1)
    case 'k':
      return bounded(at - 1)
    case 'ArrowRight':
      return columns > 1 ? bounded(at + 1) : undefined
    case 'ArrowLeft':
      return columns > 1 ? bounded(at - 1) : undefined
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
