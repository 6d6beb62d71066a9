/**
 * What one more record costs as the month grows: encoding the whole month again, against copying the row groups that
 * did not change. Both in one run, on the same rows.
 */
import { newId, idTimeMs } from '#shared/base/ids.ts'
import { isoTime } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { NO_OBJECT } from '#shared/objects/object-store.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { decideSave } from '#shared/records/decisions.ts'
import { layOut, type RowWrite } from '#shared/table/object/layout.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { absentSnapshot, wholeSnapshot, type Snapshot } from '#shared/table/object/snapshot.ts'
import { encodeFooter, newFooter } from '#shared/table/object/footer.ts'
import { figuresOf, ms, printRow, timed } from './figures.ts'
import { sampleAudience } from './sample-audience.ts'

const NAME = 'audiences/user_id=bench/year=2025/month=05/audiences_202505.parquet'
const START_MS = Date.UTC(2025, 4, 1)
const RUNS = 15

printRow('rows in the month', ['whole month', 'changed groups', 'ratio', 'groups', 'object'])
for (const row_count of [10, 100, 1000, 5000, 10_000]) {
  const rows = Array.from({ length: row_count }, (_, number) => rowOf(number))
  const stored = await built(absentSnapshot(AUDIENCES, NAME), rows)
  const whole = figuresOf(
    await timed(RUNS, (run) => built(absentSnapshot(AUDIENCES, NAME), [...rows, rowOf(row_count + run)])),
  )
  const changed = figuresOf(await timed(RUNS, (run) => built(stored, [rowOf(row_count + run)])))
  printRow(String(row_count), [
    ms(whole.p50),
    ms(changed.p50),
    `${(whole.p50 / changed.p50).toFixed(1)} ×`,
    String(stored.file.groups.length),
    `${(stored.size_bytes / 1e6).toFixed(2)} MB`,
  ])
}

function rowOf(number: number): Row {
  const id = newId(AUDIENCES.id_prefix, START_MS + number * 1000, systemRandom)
  const asking = { kind: AUDIENCES, user_id: 'bench' }
  const decision = decideSave(
    asking,
    id,
    isoTime(idTimeMs(AUDIENCES.id_prefix, id)!),
    undefined,
    sampleAudience(number),
  )
  if (decision.kind !== 'write') throw new Error('the sample is not valid')
  return { ...decision.row, version: 1, rev: 1, updated_at: START_MS }
}

/** Layout, encoding and assembly, as a commit does them. */
async function built(base: Snapshot, rows: readonly Row[]): Promise<Snapshot> {
  const writes: RowWrite[] = rows.map((row) => ({ row, replaces: undefined }))
  const file = await layOut(AUDIENCES, base, writes, new Map())
  const { bytes } = assembleFile({ ...file, key_values: encodeFooter({ ...newFooter(NAME, 'e'), rev: 1 }) })
  return base.generation === NO_OBJECT ? wholeSnapshot(NAME, '1', bytes) : base
}
