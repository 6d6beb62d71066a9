import { newId } from '#shared/base/ids.ts'
import { NO_OBJECT, type ObjectStore } from '#shared/objects/object-store.ts'
import { assembleFile } from '#shared/parquet/file.ts'
import { AUDIENCES, type AudienceRow } from '#shared/records/audience.ts'
import type { RecordOf } from '#shared/records/record-kind.ts'
import { rowOf } from '#shared/records/record-rows.ts'
import { encodeFooter, newFooter } from '#shared/table/object/footer.ts'
import { layOut } from '#shared/table/object/layout.ts'
import { objectName } from '#shared/table/object/partition.ts'
import { absentSnapshot } from '#shared/table/object/snapshot.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'

/**
 * Audiences at the limit of what a record may have, which compress to almost nothing: the object of a month is small, and
 * what is made of it is not. Each shape is large in another place: as text, as short strings, as parsed JSON.
 */
export const LARGE_SHAPES = {
  /** In summaries too. */
  text: { insights: repeated(100, 'é'.repeat(1000)), original_query: 'x'.repeat(10_000) },
  /** Few bytes each, and an object of its own in memory. */
  lists: { selected_variables: Array.from({ length: 1000 }, (_, at) => at.toString(36)), insights: repeated(100, '') },
  details: { variable_details: repeated(120, { code: 'A', description: 'd'.repeat(2000) }) },
  /** Two bytes of JSON become an object. */
  json: {
    segments: repeated(3, { segment_id: 1, name: 's', characteristics: { all: repeated(20_000, {}) } }),
    metadata: { all: repeated(20_000, []) },
  },
} as const satisfies Readonly<Record<string, Partial<RecordOf<typeof AUDIENCES>>>>

export type LargeShape = keyof typeof LARGE_SHAPES

const MONTH_MS = Date.UTC(2025, 4, 1)

/** Rows of one shape, oldest first, a minute apart. */
function largeRows(shape: LargeShape, count: number): AudienceRow[] {
  const random = seededRandom(count)
  return Array.from({ length: count }, (_, at) => {
    const id = newId(AUDIENCES.id_prefix, MONTH_MS + at * 60_000, random)
    return rowOf(AUDIENCES, { ...RECORD, ...LARGE_SHAPES[shape], audience_id: id, created_at: createdAt(at) })
  })
}

/** Stores them as the only month of each user, as commits would have. */
export async function storeLarge(
  store: ObjectStore,
  user_ids: readonly string[],
  shape: LargeShape,
  count: number,
): Promise<void> {
  const writes = largeRows(shape, count).map((row) => ({ row, replaces: undefined }))
  const file = await layOut(AUDIENCES, absentSnapshot(AUDIENCES, ''), writes, new Map())
  for (const user_id of user_ids) {
    const name = objectName(AUDIENCES, user_id, '202505')
    const key_values = encodeFooter({ ...newFooter(name, 'e0e0e0e0e0e0e0e0'), rev: 1 })
    const { bytes, crc32c } = assembleFile({ ...file, key_values })
    const content_type = 'application/vnd.apache.parquet'
    const { kind } = await store.write(name, bytes, { if_generation: NO_OBJECT, crc32c, content_type })
    if (kind !== 'written') throw new Error(`${name} is there already`)
  }
}

const RECORD: Partial<RecordOf<typeof AUDIENCES>> = {
  ...AUDIENCES.defaults,
  name: 'large',
  status: 'active',
  updated_at: new Date(MONTH_MS).toISOString(),
  version: 1,
  rev: 1,
  deleted: false,
  client_id: null,
  segment_count: 0,
}

function createdAt(at: number): string {
  return new Date(MONTH_MS + at * 60_000).toISOString()
}

function repeated<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value)
}
