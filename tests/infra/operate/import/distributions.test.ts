import { expect, test } from 'vitest'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { bench, expectCounts, folderOf, PERSISTENCE, recordsIn, tableOn, type Bench } from './import-fixture.ts'

const distribution = (id: string, more: object = {}) => ({
  distribution_id: id,
  user_id: 'u1',
  audience_id: 'aud-1',
  platform_id: 'plat-1',
  created_at: '2025-05-28T12:00:00Z',
  ...more,
})
const recordsOf = ({ store }: Bench, user_id = 'u1') => recordsIn(tableOn(store, DISTRIBUTIONS), user_id, DISTRIBUTIONS)

test('the old layout: results, snapshot, ledger; match rate 0.0 before any report is null; references are kept', async () => {
  const here = await bench()
  const report = await here.run({ from: PERSISTENCE })
  expect(await recordsOf(here, 'demo_user')).toMatchObject({
    'dist-1': {
      status: 'completed',
      audience_id: 'aud-11111111',
      platform_id: 'plat-1',
      audience_name: 'Archived later',
      platform_type: 'the_trade_desk',
      match_rate: 0.7,
      matched_records: 700,
      audience_snapshot: { segments: [{ segment_id: 0 }] },
      attempts: [{ attempt: 1, outcome: 'completed', ended_at: '2025-05-30T10:00:00.000Z' }],
      metadata: { campaign_name: 'Spring' },
    },
    'dist-2': { match_rate: null, matched_records: null, audience_id: 'aud-gone', audience_snapshot: null },
  })
  expect(report.remarks.map(({ reason }) => reason).join()).toContain('aud-gone is not in the bucket')
  expect((await here.run({ from: PERSISTENCE })).counts.written).toBe(0)
  expect((await here.run({ from: PERSISTENCE, mode: 'verify' })).counts).toMatchObject({ missing: 0, different: 0 })
})

test('old statuses, results in metadata, bad results', async () => {
  const here = await bench()
  const from = await folderOf({
    'x.json': {
      distributions: [
        distribution('dist-1', {
          status: 'success',
          total_records: 10,
          metadata: { match_rate: 0.5, matched_records: 5, completed_at: '2025-05-29T00:00:00', note: 1 },
        }),
        distribution('dist-2', { status: 'error', error_message: 'No' }),
        distribution('dist-3', { status: 'completed', match_rate: 7 }),
        distribution('dist-4', { status: 'completed', total_records: 1, matched_records: 2 }),
        distribution('dist-5', { status: 'pending', match_rate: 0.4 }),
      ],
    },
  })
  expectCounts(await here.run({ from }), { written: 3, refused: 2 })
  expect(await recordsOf(here)).toMatchObject({
    'dist-1': { status: 'completed', match_rate: 0.5, completed_at: '2025-05-29T00:00:00.000Z', metadata: { note: 1 } },
    'dist-2': { status: 'failed', attempts: [{ outcome: 'failed', error: { message: 'No' } }] },
    'dist-5': { match_rate: null, metadata: { imported_fields: { unreported_match_rate: 0.4 } } },
  })
})
