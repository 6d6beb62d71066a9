import { describe, expect, test } from 'vitest'

import { AUDIENCES } from '#shared/records/audience.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { monthOfId } from '#shared/table/object/partition.ts'
import { DEMO } from '#tests/functions/distributions/harness.ts'
import { WRITER } from '#tests/table/notes.ts'
import { syncInTest, type Device } from './harness.ts'

/** Creations, deletions and restores that a device pushes. */

async function twoDevices() {
  const running = await syncInTest()
  return { ...running, phone: running.device(), laptop: running.device() }
}
type TwoDevices = Awaited<ReturnType<typeof twoDevices>>

const create = (device: Device, id: string, value: Record<string, unknown>) =>
  device.change('create', 'audience', id, { value })
const of = (op: 'delete' | 'restore', device: Device, id: string, base_version: number) =>
  device.change(op, 'audience', id, { base_version })
const rename = (device: Device, id: string, base_version: number, name: string, before: string) =>
  device.change('patch', 'audience', id, { base_version, set: { name }, base: { name: before } })

/** Takes a record out for good. */
async function purge({ table }: TwoDevices, id: string): Promise<void> {
  const audiences = table(AUDIENCES)
  const purged = { id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) as const }
  await audiences.mutateAll(DEMO, monthOfId(AUDIENCES, id)!, [purged])
}

describe('a creation', () => {
  test('of an id that is there is compared on what clients may set: equal is a duplicate, anything else a conflict', async () => {
    const { phone, laptop } = await twoDevices()
    const value = { name: 'A', metadata: { a: 1 }, segments: [{ segment_id: 1, size: 2 }] }
    const id = await phone.makeAudience(value)
    expect(await laptop.push(create(laptop, id, value))).toEqual([{ seq: 1, status: 'duplicate', version: 1 }])
    const explicit = { ...value, description: null, insights: [], status: 'active' }
    expect(await laptop.push(create(laptop, id, explicit))).toMatchObject([{ status: 'duplicate' }])
    const others = [
      { ...value, name: 'B' },
      { ...value, metadata: {} },
      { ...value, status: 'draft' },
    ]
    for (const other of others) {
      const [result] = await laptop.push(create(laptop, id, other))
      expect(result).toMatchObject({ status: 'conflict', server: { audience_id: id, name: 'A', version: 1 } })
    }
    const { partitions } = await laptop.pull()
    expect(partitions).toMatchObject([{ rows: [{ version: 1 }] }])
  })

  test('that is pushed again by a client that is forgotten is a duplicate, however far the record has come since', async () => {
    const { phone, laptop, platform } = await twoDevices()
    const [audience_id, platform_id] = [await phone.makeAudience(), await platform()]
    const value = { audience_id, platform_id, scheduled_at: '2099-01-01T00:00:00Z' }
    const id = phone.newId('dist')
    const made = (device: Device) => device.change('create', 'distribution', id, { value })
    const cancelled = { base_version: 1, set: { status: 'cancelled' }, base: { status: 'scheduled' } }
    await phone.pushApplied(made(phone), phone.change('patch', 'distribution', id, cancelled))
    // What it hands over, and when, was judged when it was made.
    await phone.pushApplied(of('delete', phone, audience_id, 1))
    expect(await laptop.push(made(laptop))).toMatchObject([{ status: 'duplicate', version: 2 }])
  })

  test('and everything else of an id that was deleted, or purged, is a conflict that says so; deleting it is applied', async () => {
    const running = await twoDevices()
    const { phone, laptop } = running
    const [deleted, purged] = [await phone.makeAudience(), await phone.makeAudience()]
    await phone.pushApplied(of('delete', phone, deleted, 1), of('delete', phone, purged, 1))
    await purge(running, purged)
    for (const id of [deleted, purged]) {
      const is_deleted = { status: 'conflict', fields: ['deleted'], problem: { status: 409, deleted: true } }
      expect(await laptop.push(create(laptop, id, { name: 'A' }))).toMatchObject([is_deleted])
      expect(await laptop.push(rename(laptop, id, 1, 'B', 'A'))).toMatchObject([is_deleted])
      expect(await laptop.push(of('delete', laptop, id, 0))).toMatchObject([{ status: 'applied' }])
    }
    const copy = { audience_id: deleted, version: 2, deleted: true }
    expect(await laptop.push(rename(laptop, deleted, 1, 'B', 'A'))).toMatchObject([{ server: copy }])
    expect(await laptop.push(of('restore', laptop, purged, 2))).toMatchObject([{ status: 'conflict', server: null }])
  })

  test('of a purged id is a conflict also where what it refers to is gone', async () => {
    const running = await twoDevices()
    const { phone } = running
    const [audience_id, platform_id] = [await phone.makeAudience(), await running.platform()]
    const id = phone.newId('dist')
    const made = () => phone.change('create', 'distribution', id, { value: { audience_id, platform_id } })
    await phone.pushApplied(made(), phone.change('delete', 'distribution', id, { base_version: 1 }))
    const purged = { id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) as const }
    await running.table(DISTRIBUTIONS).mutateAll(DEMO, monthOfId(DISTRIBUTIONS, id)!, [purged])
    await phone.pushApplied(of('delete', phone, audience_id, 1))
    expect(await phone.push(made())).toMatchObject([{ status: 'conflict', fields: ['deleted'] }])
  })

  test('whose value has another id is invalid, and makes neither', async () => {
    const { phone } = await twoDevices()
    const [id, other] = [phone.newId('aud'), phone.newId('aud')]
    const [result] = await phone.push(create(phone, id, { audience_id: other, name: 'A' }))
    expect(result).toMatchObject({ status: 'invalid', problem: { errors: [{ path: 'value.audience_id' }] } })
    expect(await phone.push(create(phone, id, { audience_id: id, name: 'A' }))).toMatchObject([{ status: 'applied' }])
  })

  test('of an id from too far ahead is invalid with the server’s time, and so is one that is no id of this system', async () => {
    const { phone } = await twoDevices()
    const ahead = phone.newId('aud', 2 * 24 * 3_600_000)
    const results = await phone.push(
      create(phone, ahead, { name: 'A' }),
      create(phone, 'aud-ab12cd34', { name: 'A' }),
      create(phone, phone.newId('dist'), { name: 'A' }),
    )
    expect(results.map(({ status }) => status)).toEqual(['invalid', 'invalid', 'invalid'])
    expect(results[0]!.problem).toMatchObject({ code: 'id_time' })
    expect(results[0]!.problem?.['server_time']).toMatch(/^\d{4}-.+Z$/)
    expect(results[1]!.problem).toMatchObject({ errors: [{ path: 'audience_id' }] })
  })

  test('of yesterday, by a clock that is wrong by a day, makes a record that every device pulls', async () => {
    const { phone, laptop } = await twoDevices()
    await laptop.pull()
    const id = phone.newId('aud', -400 * 24 * 3_600_000)
    await phone.pushApplied(create(phone, id, { name: 'A' }))
    expect((await laptop.pull()).partitions.flatMap(({ rows }) => rows)).toMatchObject([{ audience_id: id }])
  })
})

describe('a deletion', () => {
  test('of a record that another device has changed is a conflict with the changed fields, and the record stays', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience()
    await laptop.pushApplied(rename(laptop, id, 1, 'B', 'A'))
    const results = await phone.push(of('delete', phone, id, 1))
    expect(results).toMatchObject([{ status: 'conflict', fields: ['name'], server: { name: 'B', version: 2 } }])
    expect(await phone.push(of('delete', phone, id, 2))).toMatchObject([{ status: 'applied', version: 3 }])
  })

  test('of a record that another device has deleted and restored is a conflict', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience()
    await laptop.pushApplied(of('delete', laptop, id, 1))
    await laptop.pushApplied(of('restore', laptop, id, 2))
    const results = await phone.push(of('delete', phone, id, 1))
    expect(results).toMatchObject([{ status: 'conflict', fields: ['deleted'] }])
  })

  test('of a record that was never there is applied, and nothing is written', async () => {
    const { phone, counted } = await twoDevices()
    const { result, writes } = await counted(() => phone.push(of('delete', phone, phone.newId('aud'), 0)))
    expect(result).toEqual([{ seq: 1, status: 'applied', version: 0 }])
    expect(writes).toBe(0)
  })
})

describe('a restore', () => {
  test('undeletes with the former status, and of a live record is applied without a new version', async () => {
    const { phone, audiences } = await twoDevices()
    const id = await phone.makeAudience({ status: 'archived' })
    await phone.pushApplied(of('delete', phone, id, 1))
    expect(await phone.push(of('restore', phone, id, 2))).toMatchObject([{ status: 'applied', version: 3 }])
    // Un-archiving is a patch of the status.
    expect(await phone.push(of('restore', phone, id, 3))).toMatchObject([{ status: 'applied', version: 3 }])
    const { body } = await audiences.call('GET', `/api/audiences/${id}`)
    expect(body.audience).toMatchObject({ status: 'archived', version: 3 })
  })

  test('of a record that was never there is a conflict', async () => {
    const { phone } = await twoDevices()
    const results = await phone.push(of('restore', phone, phone.newId('aud'), 0))
    expect(results).toMatchObject([{ status: 'conflict', fields: ['deleted'], server: null }])
  })
})
