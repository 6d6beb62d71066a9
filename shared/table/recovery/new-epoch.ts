import { Problem } from '../../base/problem.ts'
import type { Generation } from '../../objects/object-store.ts'
import {
  assembleNext,
  Attempts,
  hasLanded,
  randomMark,
  report,
  requireWriter,
  type NextGeneration,
  type CommitDependencies,
  type TableObject,
} from '../commit/commit.ts'
import { auditOf } from '../commit/evaluate.ts'
import type { RecordChange } from '../events.ts'
import { CorruptObject, namingObject, retryReads } from '../object/failures.ts'
import { pastOf } from '../object/footer.ts'
import { layOut, type RowWrite } from '../object/layout.ts'
import { serverWriter } from '../object/writer.ts'
import { VERSIONS_AHEAD } from './restore.ts'
import type { StoredRow, TableSchema } from '../object/schema.ts'
import { rowAt, type Snapshot } from '../object/snapshot.ts'

/** A readable generation that takes the place of a live one that is not readable, or not there. */
export interface Replacement {
  readonly base: Snapshot
  /** The live generation it replaces; `NO_OBJECT` when there is none. */
  readonly over: Generation
  /** What becomes of each row, itself when nothing does; without it all stay as they are. */
  readonly settle?: (row: StoredRow) => StoredRow
}

/**
 * Starts a new epoch of an object, in one conditional PUT: after its rows were put back from outside, or over an object
 * that cannot be read. Clients read such an object from the start, and no version that was given out before is valid any longer: every
 * record goes on `VERSIONS_AHEAD` later. Ledger, floor and used ids are those of the rows' generation.
 * @throws Problem `conflict` when the object to be replaced is not there any more; as of a commit otherwise
 */
export async function startNewEpoch(
  dependencies: CommitDependencies,
  object: TableObject,
  replacement?: Replacement,
): Promise<Snapshot> {
  const { cache, pacer, events } = dependencies
  const { schema, name } = object
  const attempts = new Attempts(dependencies)
  const current = (): Promise<Snapshot> => retryReads(dependencies, () => cache.whole(schema, name))
  for (;;) {
    const base = replacement?.base ?? (await current())
    const { next, changes } = await nextEpochOf(dependencies, schema, base, replacement?.settle)
    const { result, was_unanswered } = await attempts.send(name, next, replacement?.over ?? base.generation)
    if (result.kind === 'written') {
      const snapshot: Snapshot = { ...next.snapshot, generation: result.generation }
      cache.put(snapshot)
      pacer.landed(name)
      report(events, snapshot, next, { changes }, attempts.count, false)
      return snapshot
    }
    if (was_unanswered) {
      const landed = await current().catch((error: unknown) => {
        if (error instanceof CorruptObject) return undefined
        throw attempts.exhausted(error)
      })
      if (landed && hasLanded(next, landed)) {
        report(events, landed, next, { changes }, attempts.count, true)
        return landed
      }
    }
    if (result.kind === 'conflict' && replacement) {
      throw new Problem('conflict', 'The object has changed in the meantime; nothing was done. Check it and try again.')
    }
    if (result.kind === 'conflict') await attempts.waitAfterConflict()
  }
}

async function nextEpochOf(
  { clock, random }: CommitDependencies,
  schema: TableSchema,
  base: Snapshot,
  settle: (row: StoredRow) => StoredRow = (row) => row,
): Promise<{ next: NextGeneration; changes: RecordChange[] }> {
  requireWriter(base.footer)
  const time_ms = clock.nowMs()
  const rev = base.footer.rev + 1
  const writer = serverWriter('restore')
  const changes: RecordChange[] = []
  const file = await namingObject(base.name, async () => {
    const writes: RowWrite[] = []
    for (const group of base.file.groups) {
      const values = await group.allColumns()
      for (let index = 0; index < group.row_count; index++) {
        const found = rowAt(schema, values, index)
        const settled = settle(found)
        const row = settled === found ? found : { ...settled, client_id: writer.client_id, updated_by: writer.by }
        const version_before = row.version
        const version_after = version_before + VERSIONS_AHEAD
        // The history stays as it was: it ends here, for nobody knows which versions were given out meanwhile.
        writes.push({ row: { ...row, version: version_after, rev }, replaces: { group, index } })
        changes.push({ id: String(row[schema.id_column]), version_before, version_after, ...auditOf(writer) })
      }
    }
    return await layOut(schema, base, writes, new Map())
  })
  const footer = {
    epoch: randomMark(random),
    past_epochs: pastOf(base.footer),
    ledger: base.footer.ledger.with([], time_ms),
    purged_version: base.footer.purged_version + VERSIONS_AHEAD,
  }
  const next = assembleNext(base, file, { commit_id: randomMark(random), time_ms, footer })
  return { next, changes }
}
