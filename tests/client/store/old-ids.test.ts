import { expect, test } from 'vitest'

import type { RecordNoun } from '#shared/client/store/entries.ts'
import { type Device, played, sessionOf } from './stand-in.ts'

/** Records of the old system, whose ids have a dash; references that the service has seen have an underscore. */
const AUDIENCE = { row: 'aud-ab12cd34', other: 'aud_ab12cd34' }
const PLATFORM = { row: 'plat-ef56ab78', other: 'plat_ef56ab78' }

function imported({ service }: Device): void {
  const made = (seq: number, kind: RecordNoun, id: string, value: object) => ({
    seq,
    mutation_id: `m${seq}`,
    kind,
    id,
    op: 'create',
    value,
  })
  service.answersTo('a', {
    client_id: 'import',
    mutations: [
      made(1, 'audience', AUDIENCE.row, { name: 'Imported', status: 'active' }),
      made(2, 'platform', PLATFORM.row, { name: 'Our Meta', platform_type: 'meta' }),
    ],
  } as never)
}

test(
  'both spellings of an old id find its record, as it is stored',
  played(async (device) => {
    imported(device)
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    for (const id of Object.values(AUDIENCE)) expect(client.get('audience', id)?.id).toBe(AUDIENCE.row)
    expect(client.get('platform', PLATFORM.other)?.id).toBe(PLATFORM.row)
    expect(client.get('platform', AUDIENCE.other)).toBeUndefined()
    expect(client.list('audience').map(({ id }) => id)).toEqual([AUDIENCE.row])
  }),
)

test(
  'a change under the other spelling is one of the record, and is sent under the id that is stored',
  played(async (device) => {
    imported(device)
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    const [first, twice] = await client.changeAll([
      { op: 'change', noun: 'audience', id: AUDIENCE.other, edit: { set: { name: 'Renamed' } } },
      { op: 'delete', noun: 'audience', id: AUDIENCE.row },
    ])
    expect(first).toMatchObject({ ok: true, id: AUDIENCE.row })
    expect(twice).toMatchObject({ ok: false, problem: { message: 'This record is changed twice.' } })
    expect(client.get('audience', AUDIENCE.row)).toMatchObject({ waiting: 1, record: { name: 'Renamed' } })
    expect(await client.create('audience', { name: 'Again' }, AUDIENCE.other)).toMatchObject({ ok: false })
    await client.syncNow()
    expect(device.service.record('a', AUDIENCE.row)).toMatchObject({ name: 'Renamed' })
    expect(client.status.pending).toBe(0)
  }),
)

test(
  'a send that names its audience in the other spelling is taken, and waits for what happens to that audience',
  played(async (device) => {
    const { service } = device
    imported(device)
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    service.refused.set(AUDIENCE.row, {})
    await client.change('audience', AUDIENCE.row, { set: { name: 'Refused' } })
    await client.syncNow()
    expect(client.status.invalid).toBe(1)
    const made = await client.create('distribution', {
      audience_id: AUDIENCE.other,
      platform_id: PLATFORM.other,
      status: 'pending',
    })
    expect(made).toMatchObject({ ok: true })
    await client.syncNow()
    expect(client.status).toMatchObject({ pending: 1, invalid: 1 })
    await client.discard(client.aside[0]!.seq)
    await client.syncNow()
    expect(client.status).toMatchObject({ pending: 0, invalid: 0 })
  }),
)
