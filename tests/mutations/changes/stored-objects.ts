import { changesOf, type Change } from '../change.ts'

/** Of objects as they are stored, kept in memory and put back. */
export const STORED_OBJECTS_CHANGES: readonly Change[] = [
  ...changesOf('shared/table/object/snapshot-cache.ts', 'tests/table/cache-bounds.test.ts', [
    ['this.#decoded.bytes + this.#held_bytes', 'this.#held_bytes'],
    ['    this.#drop(snapshot.name)\n', ''],
    ['    this.#held_bytes -= this.#held.get(held)!\n', ''],
  ]),
  ...changesOf('shared/table/object/decoded-columns.ts', 'tests/table/cache-bounds.test.ts', [
    ['this.#groups.delete(group)\n', ''],
    ['      this.#keep(group, known)\n', ''],
    ['bytes - (held?.bytes ?? 0)', 'bytes'],
  ]),
  ...changesOf('shared/base/cell.ts', 'tests/table/restore.test.ts', [
    ['a.length === b.length && a.every', 'a.every'],
    ['if (a.length !== b.length) return false', ''],
  ]),
  ...changesOf('shared/table/recovery/new-epoch.ts', 'tests/table/new-epoch.test.ts', [
    ['purged_version: base.footer.purged_version + VERSIONS_AHEAD', 'purged_version: base.footer.purged_version'],
  ]),
  ...changesOf('shared/table/object/snapshot.ts', 'tests/table/finding.test.ts', [
    ['if (bounds && (id < bounds.min || id > bounds.max)) continue', ''],
    ['id < bounds.min', 'id <= bounds.min'],
  ]),
  ...changesOf('shared/table/read/change-feed.ts', 'tests/table/change-feed.test.ts', [
    ["if (!(error instanceof Problem && error.kind === 'unavailable')) throw error\n      this", 'this'],
  ]),
  ...changesOf('shared/table/object/row-history.ts', 'tests/table/history.test.ts', [
    ['gap: version > 1 }', 'gap: true }'],
  ]),
  ...changesOf('shared/table/read/fold.ts', 'tests/table/rows-memory.test.ts', [['at < row_count', 'at <= row_count']]),
]
