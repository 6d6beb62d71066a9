import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

import { AUDIENCES_IMPORT } from '#infra/operate/import/kinds/audiences.ts'
import { DISTRIBUTIONS_IMPORT } from '#infra/operate/import/kinds/distributions.ts'
import type { ImportKind } from '#infra/operate/import/kinds/import-kind.ts'
import { PLATFORMS_IMPORT } from '#infra/operate/import/kinds/platforms.ts'
import { toSourceRecord } from '#infra/operate/import/source-record.ts'
import type { SourceFields } from '#infra/operate/import/readers/source-fields.ts'
import { columnValue } from '#infra/operate/import/values.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { bench, expectCounts, recordsIn, tableOn } from './import-fixture.ts'

const CASES = resolve(import.meta.dirname, '../../../fixtures/spellings')

/** The fields of a valid row of the kind with these, or why it is refused. */
function converted(kind: ImportKind, fields: SourceFields): Readonly<Record<string, unknown>> | string {
  const file = { path: 'a', name: 'a', kind, read: async function* () {}, folder_user: undefined, month: undefined }
  const source = {
    name: 'x',
    platform_type: 'meta',
    audience_id: 'a',
    platform_id: 'p',
    created_at: '2025-05-01',
    ...fields,
  }
  const result = toSourceRecord(file, source, { user_id: 'u1', now_ms: Date.UTC(2025, 5, 1) })
  return result.kind === 'record' ? { ...result.record.server, ...result.record.fields } : result.reason
}

describe.each<[string, ImportKind, string, string, string[]]>([
  [
    'an audience',
    AUDIENCES_IMPORT,
    'status',
    'active',
    ['active', 'ACTIVE', 'active ', ' Active', '\tACTIVE\r\n', 'Active\u00a0'],
  ],
  ['an audience', AUDIENCES_IMPORT, 'status', 'archived', ['ARCHIVED', 'Archived ']],
  [
    'an audience',
    AUDIENCES_IMPORT,
    'data_type',
    'first_party',
    ['First Party', 'first-party', 'FIRST_PARTY', 'firstParty', 'first  party '],
  ],
  ['an audience', AUDIENCES_IMPORT, 'data_type', 'clean_room', ['Clean Room', 'CleanRoom', 'cleanroom']],
  [
    'a platform',
    PLATFORMS_IMPORT,
    'platform_type',
    'google_ads',
    ['Google Ads', 'google-ads', 'GOOGLE', ' google ', 'googleAds'],
  ],
  [
    'a platform',
    PLATFORMS_IMPORT,
    'platform_type',
    'the_trade_desk',
    ['The Trade Desk', 'TheTradeDesk', 'thetradedesk'],
  ],
  ['a platform', PLATFORMS_IMPORT, 'platform_type', 'linkedin', ['LinkedIn', 'Linked In', 'LINKEDIN']],
  ['a platform', PLATFORMS_IMPORT, 'status', 'disconnected', ['Disconnected ', 'INACTIVE', 'in-active']],
  [
    'a distribution',
    DISTRIBUTIONS_IMPORT,
    'status',
    'in_progress',
    ['In Progress', 'IN_PROGRESS', 'in-progress ', 'inProgress', 'Running', 'PROCESSING'],
  ],
  ['a distribution', DISTRIBUTIONS_IMPORT, 'status', 'cancelled', ['Canceled', 'CANCELLED ']],
  ['a distribution', DISTRIBUTIONS_IMPORT, 'distribution_type', 'refresh', ['Refresh', ' REFRESH']],
  ['a distribution', DISTRIBUTIONS_IMPORT, 'platform_type', 'tiktok', ['TikTok', 'Tik Tok']],
])('the choice %s', (_title, kind, name, meant, spellings) => {
  test.each(spellings)(`of ${meant} may be spelled %j`, (spelling) => {
    expect(converted(kind, { [name]: spelling })).toMatchObject({ [name]: meant })
  })
})

test.each([
  [AUDIENCES_IMPORT, 'status', 'aktiv'],
  [AUDIENCES_IMPORT, 'status', 'activ e d'],
  [AUDIENCES_IMPORT, 'status', '***'],
  [AUDIENCES_IMPORT, 'data_type', '1st party'],
  [PLATFORMS_IMPORT, 'platform_type', 'myspace'],
  [DISTRIBUTIONS_IMPORT, 'status', 'almost done'],
])('a word that is no choice is refused', (kind, name, word) => {
  expect(converted(kind, { [name]: word })).toContain(name)
})

test('a choice that is empty was never made', () => {
  expect(converted(AUDIENCES_IMPORT, { status: ' ', data_type: '' })).toMatchObject({
    status: 'active',
    data_type: null,
  })
})

test('Parquet of the old system in any case goes in', async () => {
  const { run, records, store } = await bench()
  expectCounts(await run({ from: CASES }), { written: 7 })
  expect(Object.values(await records('u14')).map(({ status, data_type }) => [status, data_type])).toEqual([
    ['draft', 'third_party'],
    ['active', 'first_party'],
    ['archived', 'first_party'],
    ['active', 'first_party'],
  ])
  const distributions = await recordsIn(tableOn(store, DISTRIBUTIONS), 'u14', DISTRIBUTIONS)
  expect(new Set(Object.values(distributions).map(({ status }) => status))).toEqual(
    new Set(['completed', 'in_progress', 'pending']),
  )
  expectCounts(await run({ from: join(CASES, 'audiences_202505.parquet') }), { unchanged: 4 })
})

test.each([
  ['12', 12],
  [' 1e3 ', 1000],
  ['.5', 0.5],
  ['5.', 5],
  ['+7', 7],
  ['-0.25', -0.25],
  ['0x1F', '0x1F'],
  ['0b11', '0b11'],
  ['0o17', '0o17'],
  ['1_000', '1_000'],
  ['Infinity', 'Infinity'],
  ['12 000', '12 000'],
  ['１２', '１２'],
  ['', null],
  ['NaN', null],
])('the number %j is %j', (text, expected) => {
  expect(columnValue('double', text, () => {})).toBe(expected)
})
