import {
  Archive,
  Ban,
  CalendarClock,
  CircleCheck,
  CircleDashed,
  Hourglass,
  PencilLine,
  Send,
  TriangleAlert,
  Unplug,
  type LucideIcon,
} from 'lucide-react'

/** How a status reads and looks. Only what needs a person is filled. */
export interface StatusLook {
  readonly words: string
  readonly icon: LucideIcon
  readonly tone: 'mute' | 'ok' | 'move' | 'bad'
  readonly is_filled?: boolean
}

export const AUDIENCE_STATUS = {
  draft: { words: 'Draft', icon: PencilLine, tone: 'mute' },
  active: { words: 'Active', icon: CircleCheck, tone: 'ok' },
  archived: { words: 'Archived', icon: Archive, tone: 'mute' },
} as const satisfies Record<string, StatusLook>

export const PLATFORM_STATUS = {
  pending: { words: 'Not tested yet', icon: CircleDashed, tone: 'mute' },
  connected: { words: 'Connected', icon: CircleCheck, tone: 'ok' },
  disconnected: { words: 'Disconnected', icon: Unplug, tone: 'mute' },
  error: { words: 'Test failed', icon: TriangleAlert, tone: 'bad', is_filled: true },
} as const satisfies Record<string, StatusLook>

/** Of a record that the service did not take. */
export const REFUSED: StatusLook = { words: 'Not accepted', icon: TriangleAlert, tone: 'bad', is_filled: true }

export const DISTRIBUTION_STATUS = {
  scheduled: { words: 'Scheduled', icon: CalendarClock, tone: 'move' },
  pending: { words: 'Handed over', icon: Hourglass, tone: 'move' },
  in_progress: { words: 'Sending', icon: Send, tone: 'move' },
  completed: { words: 'Completed', icon: CircleCheck, tone: 'ok' },
  failed: { words: 'Failed', icon: TriangleAlert, tone: 'bad', is_filled: true },
  cancelled: { words: 'Cancelled', icon: Ban, tone: 'mute' },
} as const satisfies Record<string, StatusLook>
