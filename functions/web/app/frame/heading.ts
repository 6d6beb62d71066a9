import type { LinkProps } from '@tanstack/react-router'
import { useLayoutEffect } from 'react'

import { Cell } from '../base/cell.ts'

/** What the top bar says of the page: its title with a count, or on a record the way to it. */
export interface Heading {
  readonly title: string
  /** `122 active, 6 drafts`. */
  readonly count?: string | undefined
  /** Where the record lies; the title is its name. */
  readonly crumbs?: readonly Crumb[] | undefined
}

export interface Crumb {
  readonly words: string
  readonly to: NonNullable<LinkProps['to']>
}

export const heading = new Cell<Heading>({ title: '' })

export function useHeading(told: Heading): void {
  const { title } = told
  useLayoutEffect(() => heading.set(told))
  useLayoutEffect(() => {
    document.title = title === '' ? 'Activation Manager' : `${title} · Activation Manager`
  }, [title])
}
