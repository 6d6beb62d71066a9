import { percentOf } from '../../format/numbers.ts'
import type { AUDIENCE_STATUS, DISTRIBUTION_STATUS, PLATFORM_STATUS } from '../../format/status.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'

/** What a status means to those who see it, and what they do. A status without a meaning does not compile. */
export interface Meaning {
  readonly means: string
  /** Without it there is nothing to do. */
  readonly todo?: string
}

export const AUDIENCE_MEANINGS: Readonly<Record<keyof typeof AUDIENCE_STATUS, Meaning>> = {
  draft: {
    means: 'The audience is saved, but its segments are not confirmed.',
    todo: 'Go on in the builder, and confirm the segments.',
  },
  active: { means: 'The audience is ready, and can be sent to a platform.' },
  archived: {
    means: 'The audience is out of the way, and cannot be sent. Nothing of it is lost.',
    todo: 'Bring it back to send it again.',
  },
}

export const PLATFORM_MEANINGS: Readonly<Record<keyof typeof PLATFORM_STATUS, Meaning>> = {
  pending: {
    means: 'Nobody has tried yet whether the platform accepts the keys.',
    todo: 'Enter the keys, if they are missing, then test the connection.',
  },
  connected: { means: 'The last test worked, so audiences can be sent there.' },
  disconnected: {
    means: 'Somebody disconnected the platform. Nothing is sent to it; its keys stay.',
    todo: 'Connect it, and test it again.',
  },
  error: {
    means: 'The platform refused the last test. Nothing can be sent to it.',
    todo: 'Follow the steps at the platform: they depend on its answer.',
  },
}

export const DISTRIBUTION_MEANINGS: Readonly<Record<keyof typeof DISTRIBUTION_STATUS, Meaning>> = {
  scheduled: {
    means: 'The audience is sent at the time that stands beside it.',
    todo: 'Cancel it, if you have changed your mind.',
  },
  pending: {
    means: 'The audience is handed over to your sender, which has not begun.',
    todo: 'If it stays so for hours, ask those who run your sender.',
  },
  in_progress: { means: 'Your sender is uploading the audience to the platform.' },
  completed: {
    means: 'Your sender reported that everything is at the platform. The match rate may come later.',
  },
  failed: {
    means: 'Your sender stopped, and says why on the page of the distribution.',
    todo: 'Mend what it names, then try again: nothing is sent twice.',
  },
  cancelled: { means: 'Somebody stopped it before it began. Nothing was sent.', todo: 'Send the audience again.' },
}

/** What stands in the place of a number, or beside it. */
export const NUMBER_MEANINGS: readonly (Meaning & { readonly words: string; readonly is_unknown?: boolean })[] = [
  {
    words: UNKNOWN.size,
    is_unknown: true,
    means: 'Nobody has said how many records it has. That is not 0.',
    todo: 'Enter the sizes of its segments, or import them.',
  },
  {
    words: matchRateOf(null),
    is_unknown: true,
    means: 'The platform has not said how many of the records it knows. That is not 0 %.',
  },
  { words: matchRateOf(0), means: 'The platform reported that it knows none of the records.' },
  { words: matchRateOf(0.614), means: 'The platform reported that it knows this share of the records.' },
  {
    words: `Estimate ${percentOf(0.62)}`,
    means: 'What the settings of the platform expect. It is never mixed with what was reported.',
  },
  { words: UNKNOWN.last_sync, is_unknown: true, means: 'Nothing that was sent to this platform has been completed.' },
  { words: UNKNOWN.sent, is_unknown: true, means: 'This audience was not sent to any platform.' },
]
