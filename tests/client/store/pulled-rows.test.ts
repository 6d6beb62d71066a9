import { expect, test } from 'vitest'

import type { PullAnswer, PulledPartition } from '#shared/client/store/answers.ts'
import type { ServerRow } from '#shared/client/store/entries.ts'
import { json } from '#tests/client/api/harness.ts'
import { names, type Device, played, SECOND_MS, sessionOf } from './stand-in.ts'

const AUDIENCES = 'audiences/2025-05'
const idOf = (number: number) => `aud_01h455vb4pex5vsknk08${String(number).padStart(6, '0')}`

function row(number: number, more: Partial<ServerRow> = {}): ServerRow {
  return { audience_id: idOf(number), name: `Audience ${number}`, version: 1, deleted: false, ...more }
}

/** The service answers each pull with the next of `pages`, then that there is nothing. */
function answerPulls(device: Device, pages: readonly PulledPartition[][]): void {
  const left = [...pages]
  device.service.instead = ({ path, body }) => {
    if (path !== '/api/sync/pull') return undefined
    const { cursor } = body as { readonly cursor: string | null }
    const partitions = left.shift()
    const answer: PullAnswer = {
      partitions: partitions ?? [],
      cursor: partitions ? `after ${pages.length - left.length}` : String(cursor),
      more: partitions !== undefined && left.length > 0,
    }
    return json({ success: true, ...answer })
  }
}

test(
  'a month that came whole, and what changed in it since, are the same for the next page that opens',
  played(async (device) => {
    const whole = Array.from({ length: 200 }, (_, number) => row(number))
    const changed = [row(3, { name: 'Renamed', version: 2 }), row(70, { version: 2, deleted: true }), row(200)]
    answerPulls(device, [
      [{ partition: AUDIENCES, reset: true, last: false, rows: whole.slice(0, 120) }],
      [{ partition: AUDIENCES, reset: false, last: true, rows: whole.slice(120) }],
      [{ partition: AUDIENCES, reset: false, last: true, rows: changed }],
    ])
    const first = await device.open(sessionOf('a'))
    await first.client.syncNow()
    await device.pass(SECOND_MS)
    const expected = [...whole.keys(), 200].filter((number) => number !== 70).map((number) => `Audience ${number}`)
    const shown = expected.map((name) => (name === 'Audience 3' ? 'Renamed' : name)).toSorted()
    expect(names(first.client)).toEqual(shown)
    first.end()
    const second = await device.open(sessionOf('a'))
    expect(names(second.client)).toEqual(shown)
    // Of a deleted record it is known what it was.
    expect((await second.client.restore('audience', idOf(70))).ok).toBe(true)
    expect(second.client.get('audience', idOf(70))?.record).toMatchObject({ name: 'Audience 70', deleted: false })
  }),
)

test(
  'what lists order by is known of a pulled record without its row, and of a changed one by its record alone',
  played(async (device) => {
    const columns = { status: 'active', updated_at: '2025-05-01T00:00:00.000Z' }
    answerPulls(device, [[{ partition: AUDIENCES, reset: true, last: true, rows: [row(1, columns), row(2, columns)] }]])
    const first = await device.open(sessionOf('a'))
    await first.client.syncNow()
    first.end()
    const { client } = await device.open(sessionOf('a'))
    expect(client.list('audience').map(({ listed }) => listed)).toMatchObject([columns, columns])
    await client.change('audience', idOf(1), { set: { status: 'archived' } })
    expect(client.get('audience', idOf(1))?.listed).toBeUndefined()
    expect(client.get('audience', idOf(1))?.record).toMatchObject({ status: 'archived' })
  }),
)

test(
  'a record that is deleted while its month comes whole is not shown, nor by the next page that opens',
  played(async (device) => {
    answerPulls(device, [
      [{ partition: AUDIENCES, reset: true, last: false, rows: [row(1), row(2)] }],
      [{ partition: AUDIENCES, reset: false, last: true, rows: [row(3), row(1, { version: 2, deleted: true })] }],
    ])
    const first = await device.open(sessionOf('a'))
    await first.client.syncNow()
    await device.pass(SECOND_MS)
    expect(names(first.client)).toEqual(['Audience 2', 'Audience 3'])
    first.end()
    const second = await device.open(sessionOf('a'))
    expect(names(second.client)).toEqual(['Audience 2', 'Audience 3'])
  }),
)
