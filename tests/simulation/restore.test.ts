import { expect, test } from 'vitest'

import type { restorations } from '#shared/table/recovery/restore.ts'
import { effort } from '#tests/support/effort.ts'
import { FIRST_SEED } from '#tests/support/seeds.ts'
import { WRITER } from '#tests/table/notes.ts'
import { runRestoreHistory } from './run-restore-history.ts'
import { PATIENCE_MS, seedsFrom } from './thread.ts'

const HISTORIES = effort(5, 300)

test(
  'restores and new epochs in the middle of traffic, faults, crashes and purges lose no change that nobody agreed to undo',
  { timeout: 4 * PATIENCE_MS },
  async () => {
    let restored = 0
    for (const seed of seedsFrom(FIRST_SEED, HISTORIES)) restored += await runRestoreHistory(seed)
    expect(restored).toBeGreaterThan(HISTORIES)
  },
)

test(
  'and would be found out if they undid what was changed after the difference was shown',
  { timeout: 4 * PATIENCE_MS },
  async () => {
    const heedless: typeof restorations = (found) =>
      found.map((difference) => ({
        id: difference.id,
        writer: WRITER,
        size_bytes: 0,
        decide: () => ({ kind: 'write', row: difference.restored, status: 200, revives: { version: 1000 } }),
      }))
    const failures: string[] = []
    for (const seed of seedsFrom(1, HISTORIES)) {
      await runRestoreHistory(seed, heedless).catch((error: unknown) => failures.push((error as Error).message))
    }
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatch(/lost what nobody agreed to undo|for the second time/)
  },
)
