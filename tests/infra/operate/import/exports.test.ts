import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'

import { exportedColumns } from '#shared/records/decisions.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import type { RecordKind } from '#shared/records/record-kind.ts'
import { exportFile, type ExportFormat } from '#shared/resources/export.ts'
import { someOf } from '#tests/support/effort.ts'
import { EVERY_ROW } from '#tests/table/pages.ts'
import { temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { bench, LEGACY, recordsIn, tableOn, type Bench } from './import-fixture.ts'

/** What this system exports, imported into an empty one. */

const FORMATS = someOf(['json', 'csv', 'parquet'] as const, (format) => format === 'csv')

/** The records of a user as a file, under the name that a download has. */
async function exported({ store }: Bench, kind: RecordKind, user_id: string, format: ExportFormat) {
  const columns = exportedColumns(kind).map(({ name }) => name)
  const batches = tableOn(store, kind).batches(user_id, { columns, filter: EVERY_ROW })
  const { stream } = await exportFile({ kind, format, name: kind.name, user_id, batches })
  const path = join(await temporaryFolder(), `${kind.name} 2025-05-28.${format}`)
  await pipeline(stream!, createWriteStream(path))
  return path
}

const recordsOf = ({ store }: Bench, kind: RecordKind) => recordsIn(tableOn(store, kind), 'demo_user', kind)

test.each(FORMATS)('as %s: distributions as they were, platforms without their credentials', async (format) => {
  const here = await bench()
  await here.run({ from: LEGACY })
  const there = await bench()
  const imported = async (kind: RecordKind) => {
    const from = await exported(here, kind, 'demo_user', format)
    const report = await there.run({ from, user_id: 'demo_user' })
    expect(report.counts.refused).toBe(0)
    expect((await there.run({ from, user_id: 'demo_user', mode: 'verify' })).exit_code).toBe(0)
    return report
  }
  await imported(DISTRIBUTIONS)
  const distributions = await recordsOf(here, DISTRIBUTIONS)
  expect(Object.keys(distributions).length).toBeGreaterThan(0)
  expect(await recordsOf(there, DISTRIBUTIONS)).toEqual(distributions)

  const { remarks } = await imported(PLATFORMS)
  expect(remarks.map(({ reason }) => reason).join()).toContain('its credentials are sealed for another bucket')
  const platforms = Object.entries(await recordsOf(here, PLATFORMS))
  const without = platforms.map(([id, record]) => [id, { ...record, credentials: null }])
  expect(await recordsOf(there, PLATFORMS)).toEqual(Object.fromEntries(without))
})
