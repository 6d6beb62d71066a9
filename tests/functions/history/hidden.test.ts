import { DuckDBInstance } from '@duckdb/node-api'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { openApiText } from '#infra/generate/openapi.ts'
import { tableOf } from '#infra/operate/bigquery/tables.ts'
import { ROUTES } from '#shared/contract/routes.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { saved } from '#tests/functions/audiences/harness.ts'
import { created, runningInTest } from '#tests/functions/distributions/harness.ts'

/** What a record was before is in its versions, and nowhere else. */
const FORMER = 'a-former-value-5d1f'

/** An audience whose former name and metadata nobody should meet by chance, and a distribution of it. */
async function changed() {
  const running = await runningInTest()
  const { audiences } = running
  const { audience_id } = await saved(audiences, { name: FORMER, metadata: { note: FORMER } })
  await audiences.call('PATCH', `/api/audiences/${audience_id}`, { name: 'now', metadata: { note: 'now' } })
  const platform_id = await running.platform()
  const { distribution_id } = await created(running.distributions, {
    audience_id,
    platform_id,
    metadata: { a: FORMER },
  })
  await running.distributions.call('POST', '/api/distributions', { distribution_id, metadata: { a: 'now' } })
  return { running, audience_id, distribution_id }
}

test('what was before is in no answer but that of the versions, no export, no snapshot and no log line', async () => {
  const { running, audience_id, distribution_id } = await changed()
  const ids: Readonly<Record<string, string>> = { audience_id, distribution_id, user_id: 'me' }
  const asked: string[] = []
  for (const [name, client] of [
    ['audiences', running.audiences],
    ['distributions', running.distributions],
    ['insights', running.insights],
  ] as const) {
    for (const route of Object.values(ROUTES[name]).filter(({ method }) => method === 'GET')) {
      const path = route.path.replace(/\{(\w+)\}/g, (_, parameter: string) => ids[parameter] ?? '1')
      const queries = path.endsWith('/export') ? ['?format=json', '?format=csv'] : ['', '?view=full']
      for (const query of queries) {
        const { status, text } = await client.call('GET', `${path}${query}`)
        if (status === 200) asked.push(route.path)
        const is_past = path.endsWith('/versions/1') && status === 200
        expect({ path, tells: text.includes(FORMER) }).toEqual({ path, tells: is_past })
        expect({ path, tells: text.includes('"history"') }).toEqual({ path, tells: false })
      }
    }
  }
  expect(new Set(asked).size).toBeGreaterThanOrEqual(12)
  const file = await running.audiences.call('GET', `/api/audiences/export?format=parquet`)
  expect(file.text).not.toContain('history')
  expect(JSON.stringify(running.lines)).not.toContain(FORMER)
})

test('of the contract, the views and the copy of BigQuery only the lake table has the column', () => {
  expect(openApiText()).not.toMatch(/"history"/)
  for (const kind of [AUDIENCES, PLATFORMS, DISTRIBUTIONS]) {
    const { lake_columns, native_columns, statement } = tableOf(kind)
    expect(lake_columns.map(({ name }) => name)).toContain('history')
    expect(JSON.stringify([native_columns, statement])).not.toContain('history')
  }
})

test('the objects have it, as JSON that any reader of Parquet can take apart', async () => {
  const { running } = await changed()
  const names = await readdir(running.bucket_dir, { recursive: true })
  expect(names.filter((name) => name.endsWith('.parquet'))).toHaveLength(3)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const files = join(running.bucket_dir, 'audiences/**/*.parquet')
  const rows = (
    await connection.runAndReadAll(
      `SELECT history ->> '$.entries[0].before.name' AS name FROM read_parquet('${files}')`,
    )
  ).getRowObjectsJson()
  connection.closeSync()
  instance.closeSync()
  expect(rows).toEqual([{ name: FORMER }])
})
