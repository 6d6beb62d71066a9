import * as z from 'zod/mini'

import { wholeNumber } from '#shared/settings/whole-number.ts'
import { setting, type SettingsOf } from '#shared/settings/settings.ts'

const DAYS_MAX = 36_500
const days = wholeNumber(`must be a whole number of days from 0 to ${DAYS_MAX}`, { max: DAYS_MAX })

/** A refresh that was deleted must still be known when its period, at most a month, is looked at again. */
const PURGE_AFTER_DAYS_MIN = 31

/** How long what nobody uses is kept. */
export const keepingSettings = {
  RETENTION_IDLE_DAYS: setting({
    schema: z._default(days, 90),
    description: 'After so many days without a change or a distribution an active audience is archived; 0 = never.',
    example: '90',
  }),
  PURGE_AFTER_DAYS: setting({
    schema: z._default(
      days.check(
        z.refine((value) => value === 0 || value >= PURGE_AFTER_DAYS_MIN, {
          error: `must be 0 or at least ${PURGE_AFTER_DAYS_MIN}`,
        }),
      ),
      90,
    ),
    description:
      'After so many days a deleted record that nothing refers to is taken out for good; ' +
      `0 = never, else at least ${PURGE_AFTER_DAYS_MIN}.`,
    example: '90',
  }),
} as const

export type KeepingSettings = SettingsOf<typeof keepingSettings>
