import { describe, expect, test } from 'vitest'

import { AUDIENCES } from '#shared/records/audience.ts'
import { monthOfId } from '#shared/table/object/partition.ts'
import { clockAt } from '#tests/support/clock.ts'
import { aPair, DEMO } from '#tests/functions/distributions/harness.ts'
import { WRITER } from '#tests/table/notes.ts'
import { syncInTest, type Device, type PulledPartition } from './harness.ts'

/** What pulls bring: every change of every record, page by page. */

const DAY_MS = 24 * 3_600_000

const rowsOf = (partitions: readonly PulledPartition[]) => partitions.flatMap(({ rows }) => rows)
const idsOf = (partitions: readonly PulledPartition[]) => rowsOf(partitions).map((row) => row['audience_id'])

const create = (device: Device, value: Record<string, unknown> = {}, ahead_ms = 0) =>
  device.change('create', 'audience', device.newId('aud', ahead_ms), { value: { name: 'A', ...value } })
const rename = (device: Device, id: unknown, base: string, name: string) =>
  device.change('patch', 'audience', String(id), { base_version: 0, set: { name }, base: { name: base } })
const remove = (device: Device, id: unknown) => device.change('delete', 'audience', String(id), { base_version: 9 })

async function twoDevices() {
  const running = await syncInTest({ clock: clockAt('2025-05-15T12:00:00Z') })
  return { ...running, phone: running.device(), laptop: running.device() }
}

describe('a pull', () => {
  test('brings audiences first, then platforms, then distributions, newest month first, as GET shows them', async () => {
    const running = await twoDevices()
    const { phone, audiences, distributions } = running
    const pair = await aPair(running)
    const old = create(phone, { name: 'Old' }, -30 * DAY_MS)
    await phone.pushApplied(old)
    const made = await distributions.call('POST', '/api/distributions', pair)
    const partitions = await phone.pullAll()
    expect(partitions.map(({ partition }) => partition)).toEqual([
      'audiences/2025-05',
      'audiences/2025-04',
      'platforms',
      'distributions/2025-05',
    ])
    expect(partitions.every(({ reset, last }) => reset && last)).toBe(true)
    const [audience, , platform, distribution] = rowsOf(partitions)
    const shown = await audiences.call('GET', `/api/audiences/${pair.audience_id}`)
    expect(audience).toEqual(shown.body.audience)
    expect(platform).toMatchObject({ platform_id: pair.platform_id, name: 'Our Trade Desk seat', version: 1 })
    const whole = await distributions.call('GET', `/api/distributions/${String(made.body['distribution_id'])}`)
    const { audience_snapshot, attempts, ...rest } = whole.body['distribution'] as Record<string, unknown>
    expect([audience_snapshot, attempts].every((value) => typeof value === 'object')).toBe(true)
    expect(distribution).toEqual(rest)
  })

  test('never brings credentials, what seals them, or the past of a record', async () => {
    const { phone, platform } = await twoDevices()
    await platform({ sealed_credentials: { ciphertext: 'SEALED', credential_hint: 'HINT' } })
    await phone.makeAudience({ name: 'Former name' })
    await phone.pushApplied(
      rename(phone, String((await phone.pullAll())[0]!.rows[0]!['audience_id']), 'Former name', 'B'),
    )
    phone.cursor = null
    const text = JSON.stringify(await phone.pullAll())
    expect(text).not.toMatch(/SEALED|Former name|"history"|"rev"/)
  })

  test('after a deletion brings a tombstone of three members, also to a device that never had the record', async () => {
    const { phone, laptop } = await twoDevices()
    await laptop.makeAudience()
    await phone.pullAll()
    const id = await laptop.makeAudience()
    await laptop.pushApplied(remove(laptop, id))
    expect(await phone.pullAll()).toMatchObject([{ reset: false, last: true }])
    phone.cursor = null
    await laptop.pushApplied(laptop.change('restore', 'audience', id, { base_version: 2 }))
    const cursor = (await phone.pull()).cursor
    await laptop.pushApplied(remove(laptop, id))
    phone.cursor = cursor
    expect(rowsOf(await phone.pullAll())).toEqual([{ audience_id: id, version: 4, deleted: true }])
    // One that begins afresh needs to know nothing of it.
    expect(idsOf(await phone.pullAll())).toEqual([])
    phone.cursor = null
    expect(idsOf(await phone.pullAll())).not.toContain(id)
  })

  test('of one month brings only what has changed since, in the order of the commits', async () => {
    const { phone, laptop } = await twoDevices()
    const ids = [await phone.makeAudience(), await phone.makeAudience(), await phone.makeAudience()]
    await laptop.pullAll()
    await phone.pushApplied(rename(phone, ids[2], 'A', 'B'))
    await phone.pushApplied(rename(phone, ids[0], 'A', 'B'))
    const partitions = await laptop.pullAll()
    expect(idsOf(partitions)).toEqual([ids[2], ids[0]])
    expect(partitions).toMatchObject([{ reset: false, last: true }])
    expect(await laptop.pull()).toMatchObject({ partitions: [], more: false })
  })
})

describe('the pages of a pull', () => {
  async function withMany(count: number, value: Record<string, unknown> = {}) {
    const devices = await twoDevices()
    const { laptop } = devices
    // One commit: all rows have the same revision.
    const ids = Array.from({ length: count }, () => laptop.newId('aud')).toSorted()
    const changes = ids.map((id, n) => laptop.change('create', 'audience', id, { value: { name: `A ${n}`, ...value } }))
    await laptop.pushApplied(...changes)
    return { ...devices, ids }
  }

  test('split the rows of one commit and together have each once, whatever their size', async () => {
    const { phone, ids } = await withMany(30)
    for (const limit_bytes of [-1, 3000, Number.MAX_SAFE_INTEGER]) {
      phone.cursor = null
      const partitions = await phone.pullAll({ limit_bytes })
      expect(idsOf(partitions)).toEqual(ids)
      expect(partitions.map(({ last }) => last)).toEqual([...partitions.slice(1).map(() => false), true])
      expect(partitions.map(({ reset }) => reset)).toEqual(partitions.map((_, at) => at === 0))
      for (const { rows } of partitions) {
        const bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)), 0)
        expect(bytes <= Math.max(1024, limit_bytes) || rows.length === 1).toBe(true)
      }
    }
  })

  test('have at least one row each, also when it is larger than the limit', async () => {
    const { phone, ids } = await withMany(3, { description: 'x'.repeat(5000) })
    const pages = [await phone.pull({ limit_bytes: 1024 }), await phone.pull({ limit_bytes: 1024 }), await phone.pull()]
    expect(pages.map(({ partitions, more }) => [idsOf(partitions).length, more])).toEqual([
      [1, true],
      [1, true],
      [1, false],
    ])
    expect(pages.flatMap(({ partitions }) => idsOf(partitions))).toEqual(ids)
  })

  test('go on over commits that land between them: the last state of each record comes', async () => {
    const { phone, laptop, ids } = await withMany(12)
    const seen = new Map<unknown, unknown>()
    const take = (partitions: readonly PulledPartition[]) => {
      for (const row of rowsOf(partitions))
        seen.set(row['audience_id'], row['deleted'] === true ? 'deleted' : row['name'])
    }
    take((await phone.pull({ limit_bytes: 1024 })).partitions)
    await laptop.pushApplied(rename(laptop, ids[0], 'A 0', 'B 0'), remove(laptop, ids[1]), remove(laptop, ids[11]))
    const added = await laptop.makeAudience({ name: 'New' })
    for (let more = true; more;) {
      const page = await phone.pull({ limit_bytes: 1024 })
      more = page.more
      take(page.partitions)
      expect(page.partitions.every(({ reset }) => !reset)).toBe(true)
    }
    const expected = new Map<unknown, unknown>(ids.map((id, n) => [id, `A ${n}`]))
    expected.set(ids[0], 'B 0').set(ids[1], 'deleted').set(ids[11], 'deleted').set(added, 'New')
    expect(seen).toEqual(expected)
  })

  test('that are open begin again whole when something was purged that they could not tell of', async () => {
    const running = await withMany(12)
    const { phone, laptop, table, ids } = running
    await phone.pullAll()
    // An increment that stays open within the revision of a deletion.
    const changes = ids.slice(0, 11).map((id, n) => rename(laptop, id, `A ${n}`, `B ${n}`))
    await laptop.pushApplied(...changes, remove(laptop, ids[11]))
    const open = await phone.pull({ limit_bytes: 1024 })
    expect(open.partitions).toMatchObject([{ reset: false, last: false }])
    const purge = { id: ids[11]!, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) as const }
    await table(AUDIENCES).mutateAll(DEMO, monthOfId(AUDIENCES, ids[11]!)!, [purge])
    const next = await phone.pullAll()
    expect(next).toMatchObject([{ reset: true, last: true }])
    expect(idsOf(next)).toEqual(ids.slice(0, 11))
  })

  test('of a month that comes whole go on after a purge of what was deleted before it began', async () => {
    const { phone, laptop, table, ids } = await withMany(12)
    await laptop.pushApplied(remove(laptop, ids[11]))
    expect((await phone.pull({ limit_bytes: 1024 })).partitions).toMatchObject([{ reset: true, last: false }])
    const purge = { id: ids[11]!, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) as const }
    await table(AUDIENCES).mutateAll(DEMO, monthOfId(AUDIENCES, ids[11]!)!, [purge])
    expect(await phone.pullAll()).toMatchObject([{ reset: false, last: true }])
  })
})
