import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { idTimeMs } from '#shared/base/ids.ts'
import { parseFile } from '#shared/parquet/file.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { monthOf, monthOfObject, userOfObject } from '#shared/table/object/partition.ts'
import { rowAt, wholeSnapshot } from '#shared/table/object/snapshot.ts'

/** A record as it lies in the bucket. */
export interface StoredAudience {
  readonly user_id: string
  readonly version: number
  readonly deleted: boolean
  /** One of each change it went through. */
  readonly marks: readonly string[]
}

/**
 * Every record in the live objects, by its id, read from the files themselves.
 * @throws Error when an id is there twice, is not at home, or an object's revisions have a gap
 */
export async function storedAudiences(data_dir: string, bucket: string): Promise<Map<string, StoredAudience>> {
  const { audiences, revisions } = await liveAudiences(data_dir, bucket)
  await checkRevisions(data_dir, bucket, revisions)
  return audiences
}

/**
 * The same of a bucket that keeps no former generations.
 * @returns with the revision of each object
 * @throws Error when an id is there twice or is not at home
 */
export async function liveAudiences(
  data_dir: string,
  bucket: string,
): Promise<{ readonly audiences: Map<string, StoredAudience>; readonly revisions: ReadonlyMap<string, number> }> {
  const bucket_dir = join(data_dir, 'buckets', bucket)
  const audiences = new Map<string, StoredAudience>()
  const live_revisions = new Map<string, number>()
  for await (const name of glob('audiences/**/*.parquet', { cwd: bucket_dir })) {
    const user_id = userOfObject(AUDIENCES, name)
    if (user_id === undefined) throw new Error(`${name} is nobody's`)
    const month = monthOfObject(AUDIENCES, user_id, name)
    const { file, footer } = wholeSnapshot(name, 'live', await readFile(join(bucket_dir, name)))
    live_revisions.set(name, footer.rev)
    for (const group of file.groups) {
      const values = await group.allColumns()
      for (let at = 0; at < group.row_count; at++) {
        const row = rowAt(AUDIENCES, values, at)
        const id = row.audience_id
        if (audiences.has(id)) throw new Error(`${id} is stored twice`)
        const time_ms = idTimeMs('aud', id)
        if (time_ms !== row.created_at) throw new Error(`${id} was not created when its id says`)
        if (monthOf(time_ms) !== month) throw new Error(`${id} is not at home in ${name}`)
        const marks = Object.keys(JSON.parse(Buffer.from(row.metadata).toString()) as object)
        audiences.set(id, { user_id, version: row.version, deleted: row.deleted, marks })
      }
    }
  }
  return { audiences, revisions: live_revisions }
}

/** Each object counts its commits without gaps: its former generations have all the revisions before the live one. */
async function checkRevisions(
  data_dir: string,
  bucket: string,
  live_revisions: ReadonlyMap<string, number>,
): Promise<void> {
  const revisions = new Map<string, { rev: number; rows: number }[]>()
  for (const folder of [join('versions', bucket), join('buckets', bucket, 'audiences')]) {
    for await (const path of glob('**/*', { cwd: join(data_dir, folder), withFileTypes: true })) {
      if (!path.isFile()) continue
      const { key_values, groups } = parseFile(await readFile(join(path.parentPath, path.name)))
      const rows = groups.reduce((sum, { row_count }) => sum + row_count, 0)
      const home = String(key_values.get('home'))
      revisions.set(home, [...(revisions.get(home) ?? []), { rev: Number(key_values.get('rev')), rows }])
    }
  }
  for (const [name, live_rev] of live_revisions) {
    const all = (revisions.get(name) ?? []).toSorted((a, b) => a.rev - b.rev)
    if (all.length !== live_rev) throw new Error(`${name} has ${all.length} generations at revision ${live_rev}`)
    all.forEach(({ rev, rows }, at) => {
      if (rev !== at + 1) throw new Error(`${name} has no revision ${at + 1}`)
      if (rows < (all[at - 1]?.rows ?? 0)) throw new Error(`${name} lost rows at revision ${rev}`)
    })
  }
}
