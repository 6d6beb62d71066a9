import type { RecordNoun } from '#shared/client/store/entries.ts'
import { valueInWords } from '../audiences/differences.ts'
import { dayAndTimeOf } from '../format/dates.ts'
import { percentOf } from '../format/numbers.ts'
import { DISTRIBUTION_STATUS, PLATFORM_STATUS, type StatusLook } from '../format/status.ts'
import { REFRESHES } from '../format/words.ts'

const STATUSES: Readonly<Partial<Record<RecordNoun, Readonly<Record<string, StatusLook>>>>> = {
  platform: PLATFORM_STATUS,
  distribution: DISTRIBUTION_STATUS,
}

/** The value of a field of any record, in words. @returns null: there is nothing */
export function fieldValueInWords(noun: RecordNoun, field: string, value: unknown): string | null {
  if (field === 'scheduled_at' && typeof value === 'string') return dayAndTimeOf(value)
  if (field === 'settings.default_match_rate' && typeof value === 'number') return percentOf(value)
  if (field === 'settings.refresh_frequency' && typeof value === 'string') return wordsIn(REFRESHES, value) ?? value
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (field === 'status' && typeof value === 'string') {
    const words = STATUSES[noun]?.[value]?.words
    if (words !== undefined) return words
  }
  return valueInWords(field, value)
}

function wordsIn(words: Readonly<Record<string, string>>, value: string): string | undefined {
  return Object.hasOwn(words, value) ? words[value] : undefined
}
