import { Cell } from '../base/cell.ts'
import type { Shown } from '../store/records.ts'
import type { ManyDeed } from './many-plan.ts'

/** A dialog about audiences, over whichever page asked for it. */
export type AudienceTask =
  | { readonly kind: 'rename'; readonly subject: Shown<'audience'> }
  | { readonly kind: 'tags'; readonly subjects: readonly Shown<'audience'>[] }
  | { readonly kind: 'many'; readonly deed: ManyDeed; readonly subjects: readonly Shown<'audience'>[] }
  | { readonly kind: 'export'; readonly subjects: readonly Shown<'audience'>[] }
  | { readonly kind: 'import' | 'tag-manager' }

export const audience_task = new Cell<AudienceTask | undefined>(undefined)

export const closeTask = (): void => audience_task.set(undefined)
