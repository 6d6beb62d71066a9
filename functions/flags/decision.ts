import { hash } from 'node:crypto'

import type { FlagName } from '#shared/contract/flags.ts'

/** How far a flag is rolled out. */
export interface FlagState {
  /** Share of users for whom it is on, 0–100. */
  readonly percent: number
  /** False is the kill switch: off for everybody, whatever the percentage. */
  readonly enabled: boolean
}

/** In effect while nobody has set a flag. */
export const DEFAULT_FLAGS: Readonly<Record<FlagName, FlagState>> = {
  persistence_v2: { percent: 100, enabled: true },
}

/**
 * Whether a flag is on for a subject (a user id, or a guest's client id). The same everywhere and for ever, and raising
 * the percentage only adds subjects.
 */
export function isOn(flag: FlagName, subject: string, { percent, enabled }: FlagState): boolean {
  return enabled && pointOf(flag, subject) < percent
}

/**
 * Where a subject stands between 0 and 100 (exclusive): the first 32 bits of a SHA-256. The flag's name is hashed too, so
 * that the first users of one flag are not the first of every flag.
 */
export function pointOf(flag: FlagName, subject: string): number {
  return (hash('sha256', `${flag}:${subject}`, 'buffer').readUInt32BE(0) / 2 ** 32) * 100
}

/** Percent of the users for whom the flag is on. */
export function shareOf({ percent, enabled }: FlagState): number {
  return enabled ? percent : 0
}
