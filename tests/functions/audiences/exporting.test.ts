import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { unguarded } from '#shared/records/csv.ts'
import { clockAt } from '#tests/support/clock.ts'
import { longTest } from '#tests/support/effort.ts'
import { audiencesInTest } from './fixture.ts'
import { saved, type Client, type RunningAudiences } from './harness.ts'

const PATH = '/api/audiences'

/** The bytes of a download, which `Client.call` would read as text. */
async function download(running: RunningAudiences, path: string): Promise<{ headers: Headers; bytes: Uint8Array }> {
  const authorization = `Bearer ${await running.token('demo_user')}`
  const response = await fetch(`${running.url}${path}`, { headers: { authorization } })
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  return { headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}

/** Rows of a CSV file (RFC 4180): quoted cells may hold commas, quotes and line ends. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

function asObjects([header = [], ...rows]: string[][]): Record<string, string>[] {
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ''])))
}

test('json exports whole records, as get shows them, newest first', async () => {
  const running = await audiencesInTest()
  const first = await saved(running, { name: 'first' })
  const second = await saved(running, { name: 'second', status: 'draft' })
  await saved(running, { name: 'third', status: 'archived' })
  for (const path of [`${PATH}/export`, `${PATH}/export?format=json`]) {
    const { status, body, headers } = await running.call('GET', path)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(body).toEqual({ audiences: [second, first] })
  }
  const one = await running.call('GET', `${PATH}/${first.audience_id}/export`)
  expect(one.body).toEqual({ audiences: [first] })
})

test('an export takes the filters of a listing', async () => {
  const running = await audiencesInTest()
  await saved(running, { name: 'a', status: 'archived', metadata: { tags: ['t'] } })
  await saved(running, { name: 'b', data_type: 'clean_room' })
  const namesOf = async (query: string) =>
    (await running.call('GET', `${PATH}/export?${query}`)).body.audiences.map(({ name }) => name)
  expect(await namesOf('status=all')).toEqual(['b', 'a'])
  expect(await namesOf('status=archived&tag=t')).toEqual(['a'])
  expect(await namesOf('data_type=clean_room')).toEqual(['b'])
  expect(await namesOf('q=nothing')).toEqual([])
  const bad = await running.call('GET', `${PATH}/export?format=xml&limit=1`)
  expect(bad.status).toBe(400)
  expect(bad.body.errors.map(({ path }) => path).toSorted()).toEqual(['format', 'limit'])
})

longTest('an export has every audience, however many there are', async () => {
  const running = await audiencesInTest()
  const count = 600
  await Promise.all(Array.from({ length: count }, (_, i) => saved(running, { name: `n${i}` })))
  const { body } = await running.call('GET', `${PATH}/export`)
  expect(new Set(body.audiences.map(({ name }) => name)).size).toBe(count)
  const csv = asObjects(parseCsv((await running.call('GET', `${PATH}/export?format=csv`)).text))
  expect(csv).toHaveLength(count)
})

test('csv guards text that a spreadsheet would run and never numbers, and the guard comes off exactly', async () => {
  const running = await audiencesInTest()
  const plainly = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', "'=1", "''-1", '=a,"b"\r\nc']
  const dangerous = [...plainly, ' =1', '\nx', '\u0000=1', '＝1+1', '＋1', '－1', '＠SUM(A1)']
  const harmless = ['plain', "'plain", "it's", 'a=b', '', '1', 'ä🎉', 'a,b', '"quoted"', 'two\nlines']
  for (const description of [...dangerous, ...harmless]) await saved(running, { name: 'x', description })
  const { text, headers } = await running.call('GET', `${PATH}/export?format=csv`)
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  const rows = asObjects(parseCsv(text)).toReversed()
  expect(rows.map(({ description }) => unguarded(description!))).toEqual([...dangerous, ...harmless])
  for (const [at, { description, ...row }] of rows.entries()) {
    expect(description).toBe(at < dangerous.length ? `'${dangerous[at]}` : harmless[at - dangerous.length])
    expect(row['total_audience_size']).toBe('300000')
    expect(row['version']).toBe('1')
    expect(row['deleted']).toBe('false')
    expect(JSON.parse(row['metadata']!)).toEqual({ tags: ['spring'], campaign_id: 'c1' })
    expect(JSON.parse(row['selected_variables']!)).toEqual(['ENV_AWARE', 'AGE_25_40'])
    for (const name of ['total_audience_size', 'audience_size', 'version', 'created_at', 'updated_at']) {
      expect(row[name]).not.toMatch(/^'/)
    }
  }
})

test('csv begins with a byte order mark when asked to, and no other format takes one', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { name: 'Zürich' })
  const plain = await download(running, `${PATH}/export?format=csv`)
  const marked = await download(running, `${PATH}/export?format=csv&bom=true`)
  expect(Buffer.from(marked.bytes)).toEqual(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain.bytes]))
  expect(marked.headers.get('content-type')).toBe(plain.headers.get('content-type'))
  const one = await download(running, `${PATH}/${audience_id}/export?format=csv&bom=true`)
  expect([...one.bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect((await download(running, `${PATH}/export?format=csv&bom=false`)).bytes).toEqual(plain.bytes)
  for (const query of ['bom=true', 'format=json&bom=true', 'format=parquet&bom=true', 'format=csv&bom=1']) {
    const { status, body } = await running.call('GET', `${PATH}/export?${query}`)
    expect([status, body]).toMatchObject([400, { errors: [{ path: 'bom' }] }])
  }
})

test('csv tells null from an empty text and has a header even without rows', async () => {
  const running = await audiencesInTest()
  const empty = (await running.call('GET', `${PATH}/export?format=csv`)).text
  expect(empty).toMatch(/^audience_id,created_at,.*\r\n$/)
  await saved(running, { name: 'n', description: '', original_query: null, total_audience_size: null })
  const { text } = await running.call('GET', `${PATH}/export?format=csv`)
  const header = empty.trimEnd().split(',')
  const cells = text.slice(empty.length).split(',')
  expect(cells[header.indexOf('description')]).toBe('""')
  expect(cells[header.indexOf('original_query')]).toBe('')
  expect(cells[header.indexOf('total_audience_size')]).toBe('')
})

test('no export shows what is the table’s own', async () => {
  const running = await audiencesInTest()
  await saved(running)
  const json = await running.call('GET', `${PATH}/export`)
  expect(json.body.audiences[0]).not.toHaveProperty('rev')
  expect(json.body.audiences[0]).not.toHaveProperty('segment_count')
  const csv = await running.call('GET', `${PATH}/export?format=csv`)
  expect(csv.text.split('\r\n')[0]!.split(',')).not.toEqual(expect.arrayContaining(['rev']))
})

test('DuckDB reads a parquet export: types, values, nulls, lists and JSON', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  const one = await saved(running, { name: 'Ünï 🎉', total_audience_size: null, audience_size: 9007199254740991 })
  for (let i = 0; i < 300; i++) {
    if (i % 100 === 0) await Promise.all(Array.from({ length: 100 }, (_, j) => saved(running, { name: `n${i + j}` })))
  }
  const { headers, bytes } = await download(running, `${PATH}/export?format=parquet`)
  expect(headers.get('content-type')).toBe('application/vnd.apache.parquet')
  const rows = await readParquet(
    bytes,
    `SELECT name, total_audience_size, audience_size, selected_variables[2] AS second, deleted,
            metadata->>'$.tags[0]' AS tag, json_array_length(segments) AS segments,
            strftime(created_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ') AS created, count(*) OVER () AS rows
     FROM file WHERE audience_id = '${one.audience_id}' OR true ORDER BY name = 'Ünï 🎉' DESC LIMIT 1`,
  )
  expect(rows).toEqual([
    {
      name: 'Ünï 🎉',
      total_audience_size: null,
      audience_size: '9007199254740991',
      second: 'AGE_25_40',
      deleted: false,
      tag: 'spring',
      segments: '2',
      created: one.created_at,
      rows: '301',
    },
  ])
  const types = await readParquet(bytes, 'SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM file)')
  const typeOf = Object.fromEntries(types.map((row) => [String(row['column_name']), row['column_type']]))
  expect(typeOf).toMatchObject({
    audience_id: 'VARCHAR',
    created_at: 'TIMESTAMP WITH TIME ZONE',
    version: 'BIGINT',
    deleted: 'BOOLEAN',
    total_audience_size: 'BIGINT',
    selected_variables: 'VARCHAR[]',
    metadata: 'JSON',
    segments: 'JSON',
  })
})

test('a parquet export without rows is still a file with its columns', async () => {
  const running = await audiencesInTest()
  const { bytes } = await download(running, `${PATH}/export?format=parquet`)
  expect(await readParquet(bytes, 'SELECT count(*) AS rows FROM file')).toEqual([{ rows: '0' }])
})

async function readParquet(bytes: Uint8Array, sql: string): Promise<Record<string, unknown>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'export-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'export.parquet')
  await writeFile(file, bytes)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'; CREATE VIEW file AS FROM read_parquet('${file}')`)
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const dispositionOf = async (client: Client, name: string): Promise<string> => {
  const { audience_id } = await saved(client, { name })
  const { status, headers } = await client.call('GET', `${PATH}/${audience_id}/export?format=csv`)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  return headers.get('content-disposition')!
}

test('file names follow RFC 6266: plain for old clients, extended for all others, and nothing dangerous in either', async () => {
  const running = await audiencesInTest({ clock: clockAt('2025-05-28T12:00:00Z') })
  expect(await dispositionOf(running, 'Spring sale')).toBe(
    `attachment; filename="Spring sale.csv"; filename*=UTF-8''Spring%20sale.csv`,
  )
  expect(await dispositionOf(running, 'Öko 🎉 100%')).toBe(
    `attachment; filename="_ko __ 100_.csv"; filename*=UTF-8''%C3%96ko%20%F0%9F%8E%89%20100%25.csv`,
  )
  expect(await dispositionOf(running, '../..\\etc/"passwd";\r\nX-Evil: 1\u0000')).toBe(
    `attachment; filename=".._.._etc__passwd_;__X-Evil_ 1_.csv"; ` +
      `filename*=UTF-8''.._.._etc__passwd_%3B__X-Evil_%201_.csv`,
  )
  expect(await dispositionOf(running, "it's (a) *")).toBe(
    `attachment; filename="it's (a) _.csv"; filename*=UTF-8''it%27s%20%28a%29%20_.csv`,
  )
  // What ends a line for some, or shows another ending than there is.
  expect(await dispositionOf(running, 'a\u2028b\u2029c\u202evsc.exe\u2066')).toBe(
    `attachment; filename="a_b_c_vsc.exe_.csv"; filename*=UTF-8''a_b_c_vsc.exe_.csv`,
  )
  expect((await dispositionOf(running, '🎉'.repeat(100))).length).toBeLessThan(2000)
  const all = await running.call('GET', `${PATH}/export`)
  expect(all.headers.get('content-disposition')).toBe(
    `attachment; filename="audiences 2025-05-28.json"; filename*=UTF-8''audiences%202025-05-28.json`,
  )
  expect(all.headers.get('cache-control')).toBe('no-store')
})

test('an export of what is not there is a problem, not a file', async () => {
  const running = await audiencesInTest()
  const { status, headers } = await running.call('GET', `${PATH}/aud_00000000000000000000000000/export?format=csv`)
  expect(status).toBe(404)
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(headers.get('content-disposition')).toBeNull()
})

test('an export while the store is unavailable is a 503, not a broken file', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running)
  running.gcs.faults.add({ fault: 'unavailable' })
  for (const path of [`${PATH}/export?format=csv`, `${PATH}/${audience_id}/export`]) {
    const { status, headers } = await running.call('GET', path)
    expect(status).toBe(503)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('content-disposition')).toBeNull()
  }
})
