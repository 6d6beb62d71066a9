import { describe, expect, test } from 'vitest'

import { syncInTest, type Device } from './harness.ts'

/** What becomes of a change of a record that others have changed meanwhile. */

async function twoDevices() {
  const running = await syncInTest()
  return { ...running, phone: running.device(), laptop: running.device() }
}

const patch = (
  device: Device,
  id: string,
  base_version: number,
  set: Record<string, unknown>,
  base: Record<string, unknown>,
  more: Record<string, unknown> = {},
) => device.change('patch', 'audience', id, { base_version, set, base, ...more })

const remove = (device: Device, id: string, base_version: number) =>
  device.change('delete', 'audience', id, { base_version })

describe('a patch', () => {
  test('of other fields and other members than those that another device has changed is merged with it', async () => {
    const { phone, laptop, audiences } = await twoDevices()
    const id = await phone.makeAudience({ name: 'A', metadata: { a: 1, b: 1, gone: 1 } })
    await laptop.pushApplied(
      patch(
        laptop,
        id,
        1,
        { description: 'text', metadata: { b: 2, new: [1] } },
        { description: null, metadata: { b: 1 } },
      ),
    )
    const [result] = await phone.push(
      patch(
        phone,
        id,
        1,
        { name: 'B', metadata: { a: 2 } },
        { name: 'A', metadata: { a: 1, gone: 1 } },
        {
          unset: { metadata: ['gone'] },
        },
      ),
    )
    expect(result).toEqual({ seq: 2, status: 'merged', version: 3 })
    const { body } = await audiences.call('GET', `/api/audiences/${id}`)
    expect(body.audience).toMatchObject({ name: 'B', description: 'text', version: 3 })
    expect(body.audience.metadata).toEqual({ a: 2, b: 2, new: [1] })
  })

  test('of a field that another device has changed is a conflict with its name and the record, and nothing of it is made', async () => {
    const { phone, laptop, audiences } = await twoDevices()
    const id = await phone.makeAudience({ metadata: { a: 1, b: 1 } })
    await laptop.pushApplied(patch(laptop, id, 1, { metadata: { a: 2 } }, { metadata: { a: 1 } }))
    const [result] = await phone.push(
      patch(phone, id, 1, { name: 'B', metadata: { a: 3, b: 3 } }, { name: 'A', metadata: { a: 1, b: 1 } }),
    )
    const { body } = await audiences.call('GET', `/api/audiences/${id}`)
    expect(result).toMatchObject({ status: 'conflict', fields: ['metadata.a'], server: body.audience })
    expect(result).toMatchObject({
      problem: { status: 409, detail: 'The audience was changed elsewhere: metadata.a.' },
    })
    expect(body.audience).toMatchObject({ name: 'A', version: 2, metadata: { a: 2, b: 1 } })
  })

  test('of a field that another device has changed and changed back is a conflict, because the history tells', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience({ name: 'A', metadata: { a: 1 } })
    await laptop.pushApplied(
      patch(laptop, id, 1, { name: 'B', metadata: { a: 2 } }, { name: 'A', metadata: { a: 1 } }),
      patch(laptop, id, 1, { name: 'A', metadata: { a: 1 } }, { name: 'B', metadata: { a: 2 } }),
    )
    const results = await phone.push(patch(phone, id, 1, { name: 'C' }, { name: 'A' }))
    expect(results).toMatchObject([{ status: 'conflict', fields: ['name'] }])
    const other = await phone.makeAudience()
    const ours = await phone.push(patch(phone, id, 1, { metadata: { a: 3 } }, { metadata: { a: 1 } }))
    expect(ours).toMatchObject([{ status: 'conflict', fields: ['metadata.a'] }])
    expect(await phone.push(patch(phone, other, 1, { name: 'C' }, { name: 'A' }))).toMatchObject([
      { status: 'applied' },
    ])
  })

  test('after changes of this client alone is made, however old its base version is', async () => {
    const { phone } = await twoDevices()
    const id = await phone.makeAudience({ name: 'A' })
    await phone.pushApplied(patch(phone, id, 0, { name: 'B' }, { name: 'A' }))
    await phone.pushApplied(patch(phone, id, 0, { name: 'A' }, { name: 'B' }))
    expect(await phone.pushApplied(patch(phone, id, 0, { name: 'C' }, { name: 'A' }))).toBe(4)
    expect(await phone.pushApplied(remove(phone, id, 0))).toBe(5)
  })

  test('that asks for what already is, is applied without a new version, whoever made it so', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience({ name: 'A', metadata: { a: { x: 1, y: 2 } } })
    await laptop.pushApplied(patch(laptop, id, 1, { name: 'B' }, { name: 'A' }))
    const results = await phone.push(
      patch(
        phone,
        id,
        1,
        { name: 'B', metadata: { a: { y: 2, x: 1 } } },
        { name: 'A', metadata: { a: 0 } },
        {
          unset: { metadata: ['b'] },
        },
      ),
    )
    expect(results).toEqual([{ seq: 2, status: 'applied', version: 2 }])
  })

  test('takes a member that its base lacks as one that was not there, and null as a value', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience({ metadata: { there: 1, nothing: null } })
    await laptop.pushApplied(patch(laptop, id, 1, { metadata: { made: 1 } }, {}))
    const judged = async (set: Record<string, unknown>, base: Record<string, unknown>) =>
      (await phone.push(patch(phone, id, 1, { metadata: set }, { metadata: base })))[0]
    expect(await judged({ there: 2 }, {})).toMatchObject({ status: 'conflict', fields: ['metadata.there'] })
    expect(await judged({ made: 2 }, {})).toMatchObject({ status: 'conflict', fields: ['metadata.made'] })
    expect(await judged({ nothing: 1 }, {})).toMatchObject({ status: 'conflict', fields: ['metadata.nothing'] })
    expect(await judged({ nothing: 1 }, { nothing: null })).toMatchObject({ status: 'merged' })
    expect(await judged({ other: null }, {})).toMatchObject({ status: 'merged' })
    const { rows } = (await phone.pullAll())[0]!
    expect(rows[0]).toMatchObject({ metadata: { there: 1, nothing: 1, made: 1, other: null } })
  })

  test('of a status that another device has moved first is a conflict', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience({ status: 'active' })
    await laptop.pushApplied(patch(laptop, id, 1, { status: 'archived' }, { status: 'active' }))
    await laptop.pushApplied(patch(laptop, id, 1, { status: 'active' }, { status: 'archived' }))
    const results = await phone.push(patch(phone, id, 1, { status: 'archived' }, { status: 'active' }))
    expect(results).toMatchObject([{ status: 'conflict', fields: ['status'] }])
  })

  test('of a large field whose former values were too large to keep is judged by its base', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience({ metadata: { small: 1, large: 'x'.repeat(9000) } })
    await laptop.pushApplied(
      patch(laptop, id, 1, { metadata: { large: 'y' } }, { metadata: { large: 'x'.repeat(9000) } }),
    )
    const kept = await phone.push(patch(phone, id, 1, { metadata: { small: 2 } }, { metadata: { small: 1 } }))
    expect(kept).toMatchObject([{ status: 'merged' }])
    expect(await phone.push(remove(phone, id, 1))).toMatchObject([{ status: 'conflict', fields: ['metadata'] }])
  })
})

describe('where the history does not reach back to the base version', () => {
  async function withLongPast() {
    const devices = await twoDevices()
    const id = await devices.phone.makeAudience({ name: 'A' })
    const { laptop } = devices
    const changes = Array.from({ length: 60 }, (_, n) => {
      const now = (at: number) => ({ description: at < 0 ? null : `text ${at}` })
      return patch(laptop, id, 1, now(n), now(n - 1))
    })
    await laptop.pushApplied(...changes)
    return { ...devices, id }
  }

  test('a patch is judged by its base alone, and a deletion of any older version is a conflict', async () => {
    const { phone, id } = await withLongPast()
    expect(await phone.push(patch(phone, id, 1, { name: 'B' }, { name: 'A' }))).toMatchObject([{ status: 'merged' }])
    const late = patch(phone, id, 1, { description: 'mine' }, { description: null })
    expect(await phone.push(late)).toMatchObject([{ status: 'conflict', fields: ['description'] }])
    expect(await phone.push(remove(phone, id, 1))).toMatchObject([{ status: 'conflict', fields: [] }])
    expect(await phone.push(remove(phone, id, 61))).toMatchObject([{ status: 'merged', version: 63 }])
  })
})

describe('a draft, whose changes share entries of the history', () => {
  test('that another device has changed since is not deleted by one that has not seen that', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await laptop.makeAudience({ status: 'draft' })
    await laptop.pushApplied(patch(laptop, id, 1, { name: 'B' }, { name: 'A' }))
    expect(await phone.push(remove(phone, id, 1))).toMatchObject([{ status: 'conflict' }])
    expect(await phone.push(remove(phone, id, 2))).toMatchObject([{ status: 'applied' }])
  })

  test('that another device has made and changed can be patched by one that has seen half of it', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await laptop.makeAudience({ status: 'draft' })
    await laptop.pushApplied(patch(laptop, id, 1, { name: 'B' }, { name: 'A' }))
    await laptop.pushApplied(patch(laptop, id, 2, { description: 'text' }, { description: null }))
    expect(await phone.push(patch(phone, id, 2, { name: 'C' }, { name: 'B' }))).toMatchObject([{ status: 'merged' }])
    const late = patch(phone, id, 2, { description: 'mine' }, { description: null })
    expect(await phone.push(late)).toMatchObject([{ status: 'conflict', fields: ['description'] }])
  })

  test('with changes from before and from after what a device has seen is judged by the device’s base', async () => {
    const { phone, laptop } = await twoDevices()
    const id = await phone.makeAudience({ status: 'draft' })
    await laptop.pushApplied(patch(laptop, id, 1, { name: 'B' }, { name: 'A' }))
    await laptop.pushApplied(patch(laptop, id, 2, { description: 'text' }, { description: null }))
    // Version 2 is what the phone has seen: there the name was B already.
    expect(await phone.push(patch(phone, id, 2, { name: 'C' }, { name: 'B' }))).toMatchObject([{ status: 'merged' }])
    expect(await phone.push(remove(phone, id, 2))).toMatchObject([{ status: 'conflict' }])
  })
})
