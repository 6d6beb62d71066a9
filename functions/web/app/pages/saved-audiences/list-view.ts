import type { Action } from '../../actions/action.ts'
import type { HandOvers } from '../../audiences/hand-overs.ts'
import type { RecordMap } from '../../store/record-map.ts'
import type { ShownAudience } from './select-audiences.ts'
import type { Selection } from './use-selection.ts'

/** What cards and table show alike. */
export interface ListViewProps {
  readonly audiences: readonly ShownAudience[]
  readonly hand_overs: RecordMap<HandOvers>
  /** How many there are: more than `audiences` while the others are still being read. */
  readonly count: number
  readonly actions: readonly Action<ShownAudience>[]
  readonly selection: Selection
  /** What the list is, for screen readers. */
  readonly label: string
}
