import type { JsonRecord } from '#shared/client/store/entries.ts'
import { REFRESHES } from '../../format/words.ts'
import type { Platform } from '../../store/records.ts'

/** Settings of a platform as a form shows them. */

export type Refresh = keyof typeof REFRESHES

export interface TypedSettings {
  readonly name: string
  /** In per cent, as typed; empty: nothing is expected. */
  readonly match_percent: string
  readonly refresh: Refresh
}

export function typedSettings({ name, settings }: Pick<Platform, 'name' | 'settings'>): TypedSettings {
  const rate = settings['default_match_rate']
  const frequency = settings['refresh_frequency']
  const is_known = typeof frequency === 'string' && Object.hasOwn(REFRESHES, frequency)
  return {
    name,
    match_percent: typeof rate === 'number' ? String(Math.round(rate * 1000) / 10) : '',
    // Without a rhythm the service takes a week.
    refresh: settings['auto_refresh'] !== true ? 'off' : is_known ? (frequency as Refresh) : 'weekly',
  }
}

/** The settings that were typed, or what is wrong with them. */
export function settingsOf(
  typed: TypedSettings,
):
  | { readonly ok: true; readonly set: { readonly name: string; readonly settings: JsonRecord } }
  | { readonly ok: false; readonly errors: Partial<Record<keyof TypedSettings, string>> } {
  const name = typed.name.trim()
  const text = typed.match_percent.trim().replace(/\s*%$/, '').replace(',', '.')
  const percent = text === '' ? null : /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  const errors = {
    ...(name === '' && { name: 'Enter a name.' }),
    ...(percent !== null && !(percent <= 100) && { match_percent: 'Enter a number from 0 to 100, for example 62.' }),
  }
  if (Object.keys(errors).length > 0) return { ok: false, errors }
  const settings = {
    default_match_rate: percent === null ? null : percent / 100,
    auto_refresh: typed.refresh !== 'off',
    refresh_frequency: typed.refresh === 'off' ? null : typed.refresh,
  }
  return { ok: true, set: { name, settings } }
}
