import { DAY_MS } from '../base/durations.ts'
import type { PlatformRow } from './platform.ts'
import { PLATFORMS } from './platform.ts'
import { valuesOf } from './record-rows.ts'

const PERIODS_MS: Readonly<Record<string, number>> = { daily: DAY_MS, weekly: 7 * DAY_MS, monthly: 30 * DAY_MS }

interface Settings {
  readonly auto_refresh?: unknown
  readonly refresh_frequency?: string | null
}

/**
 * How long what was sent to a platform stays fresh, in milliseconds; then it is sent again by itself. Undefined where it is
 * not: the platform is not set to it, disconnected or deleted.
 */
export function refreshPeriodMs(platform: Pick<PlatformRow, 'deleted' | 'status' | 'settings'>): number | undefined {
  if (platform.deleted || platform.status === 'disconnected') return undefined
  const { settings } = valuesOf(PLATFORMS, { settings: platform.settings }, ['settings'])
  // Null in a row of a release that had no settings yet.
  const { auto_refresh, refresh_frequency } = (settings ?? {}) as Settings
  return auto_refresh === true ? PERIODS_MS[refresh_frequency ?? 'weekly'] : undefined
}
