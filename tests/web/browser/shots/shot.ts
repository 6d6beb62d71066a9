import type { Page } from 'playwright-core'

import type { Visitor } from '../visits.ts'

/** One picture of a screen. */
export interface Shot {
  readonly name: string
  readonly path: string
  readonly visitor: Visitor
  /** What is done before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>
}
