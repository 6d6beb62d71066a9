import { describe, expect, test } from 'vitest'

import type { SyncStatus } from '#shared/client/store/status.ts'
import { audience } from '#shared/records/audience.ts'
import { distributionSummary } from '#shared/records/distribution.ts'
import { platform } from '#shared/records/platform.ts'
import { syncWordsOf } from '#functions/web/app/format/sync-words.ts'
import { hasAll } from '#functions/web/app/pages/help/matches.ts'
import {
  AUDIENCE_MEANINGS,
  DISTRIBUTION_MEANINGS,
  PLATFORM_MEANINGS,
} from '#functions/web/app/pages/help/status-meanings.ts'
import { SYNC_MEANINGS } from '#functions/web/app/pages/help/sync-meanings.ts'

/** Without the counts: "3 changes wait" and "1 change waits" are the same words. */
function withoutCounts(words: string): string {
  return words.replace(/\d+ (change)s?( waits?| needs?| was| were)?/, '# $1').replace(/ · # change$/, '')
}

/** Each value of each member alone and with each value of each other one. */
function everyPair(usual: SyncStatus): readonly SyncStatus[] {
  const differing = [
    ...(['guest', 'account'] as const).map((mode) => ({ mode })),
    ...(['ok', 'cleared', 'full', 'newer-version', 'blocked', 'unavailable'] as const).map((storage) => ({ storage })),
    ...([null, 'signed-in', 'signed-out'] as const).map((elsewhere) => ({ elsewhere })),
    ...[0, 1, 3].flatMap((count) => [
      { pending: count },
      { conflicts: count },
      { invalid: count },
      { quarantined: count },
    ]),
    ...[undefined, false, true].map((is_online) => ({ is_online })),
    ...[false, true].flatMap((is) => [
      { is_syncing: is },
      { needs_sign_in: is },
      { is_switched_off: is },
      { is_stuck: is },
      { is_migrating: is },
      { is_checking: is },
    ]),
    { synced_at: null },
  ] satisfies Partial<SyncStatus>[]
  return differing.flatMap((one) => differing.map((other) => ({ ...usual, ...one, ...other })))
}

describe('help explains', () => {
  test('each status of each record', () => {
    expect(Object.keys(AUDIENCE_MEANINGS).toSorted()).toEqual(audience.shape.status.options.toSorted())
    expect(Object.keys(PLATFORM_MEANINGS).toSorted()).toEqual(platform.shape.status.options.toSorted())
    expect(Object.keys(DISTRIBUTION_MEANINGS).toSorted()).toEqual(distributionSummary.shape.status.options.toSorted())
  })

  test('everything that the words of the sync can say, and each of them once', () => {
    const explained = SYNC_MEANINGS.map(({ status }) => withoutCounts(syncWordsOf(status).words))
    const possible = everyPair(SYNC_MEANINGS[0]!.status).map((status) => withoutCounts(syncWordsOf(status).words))
    expect(explained.toSorted()).toEqual([...new Set(possible)].toSorted())
  })
})

describe('the search of help', () => {
  test('takes words in any order, without case and accents, and nothing typed as everything', () => {
    expect(hasAll(['Match rates', 'not reported yet'], 'Reported MATCH')).toBe(true)
    expect(hasAll(['Café'], 'cafe ')).toBe(true)
    expect(hasAll(['Match rates'], 'match size')).toBe(false)
    expect(hasAll(['Anything'], '  ')).toBe(true)
  })
})
