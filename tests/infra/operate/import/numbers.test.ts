import { describe, expect, test } from 'vitest'

import { PLATFORMS } from '#shared/records/platform.ts'
import { audience, bench, expectCounts, folderOf, parquetOf, recordsIn, tableOn } from './import-fixture.ts'

const TIMES = '"created_at":"2025-05-01T10:00:00Z"'

describe('ids and numbers beyond 2^53', () => {
  test('of audiences and users in JSON, JSON lines and wrapped lists stay apart', async () => {
    const { run, records } = await bench()
    const rows = ['369', '370', '371'].map(
      (end) =>
        `{"audience_id":23842587529640${end},"user_id":12345678901234500${end},"name":"A","created_at":"2025-05-01"}`,
    )
    for (const [name, text] of [
      ['a.json', `[${rows.join(',')}]`],
      ['b.jsonl', rows.join('\n')],
      ['c.json', `{"audiences":[${rows.join(',')}]}`],
    ] as const) {
      const from = await folderOf({ [name]: text })
      const report = await run({ from, mode: name === 'a.json' ? 'import' : 'verify' })
      expectCounts(report, name === 'a.json' ? { written: 3 } : { unchanged: 3 })
      expect(report.changed_values).toEqual([])
    }
    for (const end of ['369', '370', '371']) {
      expect(Object.keys(await records(`12345678901234500${end}`))).toEqual([`23842587529640${end}`])
    }
  })

  test('in free JSON are kept as text and reported, in JSON, in JSON in CSV, and in fields that records do not have', async () => {
    const { run, records } = await bench()
    const metadata = '{"meta_ids":[120330000000000001,7],"rate":1e999,"zero":-0,"half":0.5}'
    const from = await folderOf({
      'audiences.json': `[{"audience_id":"aud-1","user_id":"u1","name":"A",${TIMES},"metadata":${metadata},
        "fb_account":10158000000000000001,"segments":[{"segment_id":23842587529640369,"characteristics":{"n":1e20}}]}]`,
      'audiences.csv': `audience_id,user_id,name,created_at,metadata\naud-2,u1,B,2025-05-01,"${metadata.replaceAll('"', '""')}"\n`,
    })
    const report = await run({ from })
    expectCounts(report, { written: 2 })
    const kept = { meta_ids: ['120330000000000001', 7], rate: '1e999', zero: 0, half: 0.5 }
    const found = await records('u1')
    expect(found['aud-1']).toMatchObject({
      metadata: { ...kept, imported_fields: { fb_account: '10158000000000000001' } },
      segments: [{ segment_id: '23842587529640369', characteristics: { n: '100000000000000000000' } }],
    })
    expect(found['aud-2']).toMatchObject({ metadata: kept })
    expect(report.changed_values.map(({ file, field }) => `${file} ${field}`)).toEqual(
      expect.arrayContaining([
        'audiences.json metadata',
        'audiences.json segments',
        'audiences.json fb_account',
        'audiences.csv metadata',
      ]),
    )
    expectCounts(await run({ from, mode: 'verify' }), { unchanged: 2 })
  })

  test('that were rounded when they were stored are a difference that --verify tells', async () => {
    const { run } = await bench()
    const source = (number: string) =>
      `[{"audience_id":"aud-1","user_id":"u1","name":"A",${TIMES},"metadata":{"id":${number}}}]`
    await run({ from: await folderOf({ 'a.json': source('23842587529640368') }) })
    const report = await run({ from: await folderOf({ 'a.json': source('23842587529640369') }), mode: 'verify' })
    expectCounts(report, { different: 1 })
    expect(report.deviating_rows).toMatchObject([{ id: 'aud-1', reason: 'differs in metadata' }])
  })

  test('are refused where a number is meant, in any format, and the other rows come in', async () => {
    const { run } = await bench()
    const from = await folderOf({
      'a.jsonl': ['9007199254740993', '1e999', '-9007199254740993', '9007199254740991']
        .map((size, at) => `{"audience_id":"aud-${at}","user_id":"u1","name":"A",${TIMES},"audience_size":${size}}`)
        .join('\n'),
      'b.csv': `audience_id,user_id,name,created_at,audience_size\naud-8,u1,A,2025-05-01,9007199254740993\naud-9,u1,A,2025-05-01,5.0\n`,
    })
    const report = await run({ from })
    expectCounts(report, { written: 2, refused: 4 })
    for (const { reason } of report.refused_rows) expect(reason).toMatch(/^audience_size is a number beyond/)
  })

  test('are digits in the credentials of a platform, and in its settings', async () => {
    const { run, store } = await bench()
    const from = await folderOf({
      'platforms.json': `[{"platform_id":"plat-1","user_id":"u1","platform_type":"meta","name":"Seat",${TIMES},
        "credentials":{"access_token":"good-token","account_id":23842587529640369},"settings":{"pixel_id":23842587529640371}}]`,
    })
    expectCounts(await run({ from }), { written: 1 })
    const found = await recordsIn(tableOn(store, PLATFORMS), 'u1', PLATFORMS)
    expect(found['plat-1']).toMatchObject({
      settings: { pixel_id: '23842587529640371' },
      credentials: { hint: { account_id: '…0369' } },
    })
  })
})

const plainly = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]))

describe('names of members', () => {
  test('may be constructor and prototype: such a record comes in as it is', async () => {
    const { run, records } = await bench()
    const metadata = { tags: ['f1'], constructor: 'Ferrari', prototype: { constructor: null } }
    const segments = [{ segment_id: 1, characteristics: { constructor: 'Ferrari', prototype: 'x' }, prototype: 'y' }]
    const from = await folderOf({ 'audiences.json': [audience('aud-1', { metadata, segments, constructor: 'z' })] })
    const report = await run({ from })
    expectCounts(report, { written: 1 })
    expect((await records('u1'))['aud-1']).toMatchObject({
      metadata: { ...metadata, imported_fields: { constructor: 'z' } },
      segments: [{ segment_id: 1, characteristics: { constructor: 'Ferrari', prototype: 'x' } }],
    })
  })

  test('may be those of every object, also in the header of a CSV file and under old names', async () => {
    const { run, records } = await bench()
    const names = ['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'length']
    const from = await folderOf({
      'audiences.csv': `audience_id,user_id,name,created_at,${names.join()}\naud-1,u1,A,2025-05-01,${names.join()}\n`,
      'platforms.json': [
        {
          platform_id: 'plat-1',
          user_id: 'u1',
          platform_type: 'meta',
          name: 'P',
          created_at: '2025-05-01',
          ...plainly(names),
        },
      ],
    })
    const report = await run({ from })
    expectCounts(report, { written: 2 })
    expect((await records('u1'))['aud-1']?.['metadata']).toEqual({ imported_fields: plainly(names) })
  })

  test('are refused by name when they are __proto__, at any depth and in any format', async () => {
    const { run } = await bench()
    const row = (id: string, more: string) => `{"audience_id":"${id}","user_id":"u1","name":"A",${TIMES},${more}}`
    const from = await folderOf({
      'a.jsonl': [
        row('aud-1', '"__proto__":{"status":"archived"}'),
        row('aud-2', '"metadata":{"a":[{"__proto__":1}]}'),
        row('aud-3', '"metadata":"{\\"__proto__\\":{}}"'),
        row('aud-4', '"old":{"__proto__":12345678901234567890}'),
        row('aud-5', '"segments":[{"segment_id":1,"characteristics":{"\\u005f_proto__":1}}]'),
        row('aud-6', '"segments":[{"segment_id":1,"__proto__":"x"}]'),
        row('aud-7', '"metadata":{"fine":true}'),
      ].join('\n'),
      'b.csv': 'audience_id,user_id,name,created_at,__proto__\naud-8,u1,A,2025-05-01,x\naud-9,u1,A,2025-05-01,\n',
      'c.csv': 'audience_id,user_id,name,created_at,metadata\naud-10,u1,A,2025-05-01,"{""__proto__"":1}"\n',
    })
    const report = await run({ from })
    expectCounts(report, { written: 1, refused: 9 })
    for (const { reason } of report.refused_rows) expect(reason).toContain('__proto__')
  })

  test('are refused in Parquet too: as a column, a member, a key of a map, and in JSON text', async () => {
    const { run } = await bench()
    const row = (more: string) =>
      `SELECT 'aud-1' AS audience_id, 'u1' AS user_id, 'A' AS name, TIMESTAMP '2025-05-01' AS created_at, ${more}`
    for (const more of [
      `'x' AS "__proto__"`,
      `{'a': {'__proto__': 'x'}} AS metadata`,
      `MAP {'__proto__': 'x'} AS metadata`,
      `MAP {'__proto__': {'b': 'x'}} AS old`,
      `'{"__proto__": 1}' AS metadata`,
      `[{'segment_id': 1, '__proto__': 'x'}] AS segments`,
    ]) {
      const report = await run({ from: await parquetOf(row(more)) })
      expect([more, report.counts.written, report.counts.refused]).toEqual([more, 0, 1])
      expect(report.refused_rows[0]?.reason).toContain('__proto__')
    }
    expectCounts(await run({ from: await parquetOf(row(`{'constructor': 'x', 'prototype': 'y'} AS metadata`)) }), {
      written: 1,
    })
  })

  test('of credentials too: those with __proto__ are left out, and the report names it', async () => {
    const { run } = await bench()
    const from = await folderOf({
      'platforms.json': `[{"platform_id":"plat-1","user_id":"u1","platform_type":"meta","name":"Seat",${TIMES},
        "credentials":{"access_token":"good-token","account_id":"1","__proto__":{"account_id":"2"}}}]`,
    })
    const report = await run({ from })
    expect(report.remarks.map(({ reason }) => reason).join()).toContain('__proto__')
  })
})
