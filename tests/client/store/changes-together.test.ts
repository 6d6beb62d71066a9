import { expect, test } from 'vitest'

import { StorageError } from '#shared/client/storage.ts'
import { Device, made, names, sessionOf } from './stand-in.ts'

test('changes made together are kept in one write and told once; one that is refused holds up none of the others', async () => {
  let writes = 0
  const device = new Device({ onCommit: () => void writes++ })
  await device.play(async () => {
    const { client } = await device.open(sessionOf('a'))
    const [old, gone] = [await made(client, 'Old'), await made(client, 'Gone')]
    const told: string[][] = []
    client.subscribe((event) => {
      if ('records' in event) told.push([...event.records])
    })
    writes = 0
    const many = Array.from({ length: 200 }, (_, at) => ({
      op: 'create' as const,
      noun: 'audience' as const,
      value: { name: `New ${String(at).padStart(3, '0')}` },
    }))
    const outcomes = await client.changeAll([
      ...many,
      { op: 'create', noun: 'audience', value: { name: '' } },
      { op: 'change', noun: 'audience', id: old, edit: { set: { name: 'Renamed' } } },
      { op: 'change', noun: 'audience', id: old, edit: { set: { name: 'Twice' } } },
      { op: 'delete', noun: 'audience', id: gone },
      { op: 'restore', noun: 'audience', id: old },
    ])
    expect(writes).toBe(1)
    expect(told).toHaveLength(1)
    expect(told[0]).toHaveLength(202)
    expect(outcomes.slice(0, 200).every((outcome) => outcome.ok && outcome.seq !== null)).toBe(true)
    expect(outcomes.slice(200)).toMatchObject([
      { ok: false, problem: { kind: 'invalid-input' } },
      { ok: true, id: old },
      { ok: false, problem: { kind: 'conflict' } },
      { ok: true, id: gone },
      { ok: false, problem: { kind: 'conflict' } },
    ])
    await client.syncNow()
    expect(client.status).toMatchObject({ pending: 0, conflicts: 0, invalid: 0 })
    expect(names(client)).toEqual([...many.map(({ value }) => value.name), 'Renamed'])
  })
})

test('a full storage keeps none of the changes that are made together, and says so of each', async () => {
  let is_full = false
  const device = new Device({
    onCommit: () => {
      if (is_full) throw new StorageError('full', 'There is no room.')
    },
  })
  await device.play(async () => {
    const { client } = await device.open()
    const create = (name: string) => ({ op: 'create', noun: 'audience', value: { name } }) as const
    is_full = true
    expect(await client.changeAll([create('One'), create(''), create('Two')])).toMatchObject([
      { ok: false, problem: { kind: 'full' } },
      { ok: false, problem: { kind: 'invalid-input' } },
      { ok: false, problem: { kind: 'full' } },
    ])
    expect(client.list('audience')).toEqual([])
    is_full = false
    expect(await client.changeAll([create('One'), create('Two')])).toMatchObject([{ ok: true }, { ok: true }])
    expect(names(client)).toEqual(['One', 'Two'])
  })
})
