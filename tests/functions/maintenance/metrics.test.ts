import { describe, expect, test } from 'vitest'

import { isoTime } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { toRow } from '#shared/records/rows.ts'
import { LIMITS } from '#shared/table/object/limits.ts'
import { monthOf, objectName } from '#shared/table/object/partition.ts'
import { aPair, created, DEMO, reported } from '#tests/functions/distributions/harness.ts'
import { storedObject } from '#tests/table/stored.ts'
import { longTest } from '#tests/support/effort.ts'
import { audiences, maintained, place } from './harness.ts'

describe('metrics', () => {
  test('tells what is stored by kind and status, how large, and by whom most', async () => {
    const { running, call } = await maintained()
    const [gone] = await audiences(running.audiences, {}, { status: 'draft' }, { status: 'draft' })
    await running.audiences.call('DELETE', `/api/audiences/${gone}`)
    const done = await created(running.distributions, await aPair(running))
    await reported(running.distributions, done, 'in_progress', 'completed')
    await audiences(running.as('another user').audiences, {})
    const { body } = await call('metrics')
    expect(body).toMatchObject({
      state: 'done',
      users: 2,
      objects: 4,
      near_limit: 0,
      audiences: { objects: 2, records: 5, deleted: 1, by_status: { draft: 2, active: 2 } },
      platforms: { objects: 1, records: 1, deleted: 0, by_status: { connected: 1 } },
      distributions: { objects: 1, records: 1, deleted: 0, by_status: { completed: 1 } },
    })
    const parts = ['audiences', 'platforms', 'distributions'].map((name) => (body[name] as { bytes: number }).bytes)
    expect(body['bytes']).toBe(parts.reduce((sum, bytes) => sum + bytes, 0))
    expect(body['report']).toMatchObject([
      { objects: 3, records: 6 },
      { objects: 1, records: 1 },
    ])
    const lines = running.lines.filter(({ event }) => String(event).startsWith('storage_metrics'))
    expect(lines).toMatchObject([
      { event: 'storage_metrics', severity: 'INFO', users: 2, objects: 4, bytes: body['bytes'] },
      { event: 'storage_metrics_user', objects: 3 },
      { event: 'storage_metrics_user', objects: 1 },
    ])
    expect(lines[0]!['average_object_bytes']).toBe(Math.round(Number(body['bytes']) / 4))
    expect(JSON.stringify(lines)).not.toContain(DEMO)
  })

  test('names the twenty who store most', async () => {
    const { running, call } = await maintained()
    const users = Array.from({ length: 25 }, (_, at) => `user ${at}`)
    await Promise.all(users.map((user_id, at) => audiences(running.as(user_id).audiences, ...many(at % 3))))
    const { body } = await call('metrics')
    const bytes = (body['report'] as readonly { bytes: number }[]).map((user) => user.bytes)
    expect([bytes.length, body['report_omitted'], body['users']]).toEqual([20, 5, 25])
    expect(bytes).toEqual(bytes.toSorted((a, b) => b - a))
  })

  longTest('warns of an object near its limit', async () => {
    const { running, clock, call } = await maintained()
    const count = Math.ceil(LIMITS.object_rows * 0.7) + 1
    const now_ms = clock.nowMs()
    const rows = Array.from({ length: count }, () => {
      const distribution_id = newId('dist', now_ms, systemRandom)
      const row = { ...DISTRIBUTIONS.defaults, distribution_id, created_at: isoTime(now_ms), deleted: false }
      return toRow(DISTRIBUTIONS.columns, row)
    })
    const name = objectName(DISTRIBUTIONS, DEMO, monthOf(now_ms))
    await place(running, name, await storedObject(DISTRIBUTIONS, name, rows))
    expect((await call('metrics')).body).toMatchObject({ near_limit: 1, distributions: { records: count } })
    expect(running.lines.filter(({ event }) => event === 'near_limit')).toMatchObject([
      { severity: 'WARNING', limit: 'object_rows', value: count },
    ])
  })

  test('costs a read of every object, and only the listing when nothing changed in this instance', async () => {
    const { running, call } = await maintained()
    await audiences(running.audiences, {})
    const first = await running.counted(() => call('metrics?cursor='))
    expect([first.reads, first.writes, first.lists]).toEqual([1, 0, 3])
    const second = await running.counted(() => call('metrics?cursor='))
    expect([second.reads, second.writes, second.lists]).toEqual([0, 0, 3])
  })
})

function many(more: number): Record<string, unknown>[] {
  return Array.from({ length: 1 + more }, () => ({}))
}
