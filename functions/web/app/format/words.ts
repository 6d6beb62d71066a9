import { Box, Database, Globe, ShieldCheck, type LucideIcon } from 'lucide-react'

import { percentOf } from './numbers.ts'

/** The domain's values in the words of the app. */

export interface WordsAndIcon {
  readonly words: string
  readonly icon: LucideIcon
}

export const DATA_TYPES = {
  first_party: { words: 'First-party', icon: Database },
  third_party: { words: 'Third-party', icon: Globe },
  clean_room: { words: 'Clean room', icon: ShieldCheck },
} as const satisfies Record<string, WordsAndIcon>

/** @param data_type null: nobody has said it */
export function dataTypeOf(data_type: keyof typeof DATA_TYPES | null): WordsAndIcon {
  return data_type === null ? { words: 'Type not chosen yet', icon: Box } : DATA_TYPES[data_type]
}

/** Each platform's name, and the two letters of its tile. */
export const PLATFORMS = {
  the_trade_desk: { words: 'The Trade Desk', letters: 'Td' },
  meta: { words: 'Meta', letters: 'Me' },
  google_ads: { words: 'Google Ads', letters: 'Gg' },
  linkedin: { words: 'LinkedIn', letters: 'Li' },
  tiktok: { words: 'TikTok', letters: 'Tk' },
  amazon_dsp: { words: 'Amazon DSP', letters: 'Az' },
  liveramp: { words: 'LiveRamp', letters: 'Lr' },
} as const

/** How often what was sent to a platform is sent again. */
export const REFRESHES = { off: 'No', daily: 'Every day', weekly: 'Every week', monthly: 'Every month' } as const

export const UNKNOWN = {
  size: 'Size not known yet',
  match_rate: 'Not reported yet',
  last_sync: 'Nothing synced yet',
  sent: 'Nothing sent yet',
} as const

/** What a platform reported, or that it did not: never 0 for that. */
export function matchRateOf(match_rate: number | null): string {
  return match_rate === null ? UNKNOWN.match_rate : percentOf(match_rate)
}
