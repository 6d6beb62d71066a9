import { expect, test } from 'vitest'

import { overviewCounts } from '#functions/web/app/pages/overview/counts.ts'
import type { Distribution, Shown } from '#functions/web/app/store/records.ts'

test('of a month only what was handed over counts as sent: what is planned or called off has not left', () => {
  const statuses = ['scheduled', 'cancelled', 'pending', 'in_progress', 'completed', 'failed'] as const
  const distributions = statuses.map((status) => sent(status, '2026-11-03T08:00:00.000Z'))
  const earlier = sent('completed', '2026-10-31T23:59:59.000Z')
  expect(overviewCounts([], [], [...distributions, earlier], '2026-11').sent).toEqual({
    total: 4,
    completed: 1,
    running: 2,
    failed: 1,
  })
})

function sent(status: Distribution['status'], created_at: string): Shown<'distribution'> {
  return { id: status, record: { status, created_at } as Distribution, is_deleted: false, waiting: 0, aside: [] }
}
