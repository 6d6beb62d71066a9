import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import type { DataFile } from '#shared/client/store/data-file.ts'
import { DISTRIBUTIONS } from '#shared/records/distribution.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { Device, made, names, sessionOf } from '#tests/client/store/stand-in.ts'
import { temporaryFolder } from '../../stand-ins/gcs/gcs-fixture.ts'
import { bench, recordsIn, tableOn } from './import-fixture.ts'

/** What users of the client download, imported by an operator and taken in by another device. */

async function downloaded(user_id: string): Promise<DataFile> {
  const device = new Device()
  let file: DataFile | undefined
  await device.play(async () => {
    const { service } = device
    const { client } = await device.open(sessionOf(user_id))
    const audience_id = await made(client, 'Hikers', { total_audience_size: 12, metadata: { tags: ['a'] } })
    await client.syncNow()
    service.is_offline = true
    await client.change('audience', audience_id, { set: { name: 'Weekend hikers' } })
    const platform = await client.create('platform', { platform_type: 'meta', name: 'Meta' })
    if (!platform.ok) throw platform.problem
    await client.create('distribution', { audience_id, platform_id: platform.id })
    const refused = await made(client, 'Refused')
    service.refused.set(refused, {})
    service.is_offline = false
    await client.syncNow()
    file = JSON.parse(JSON.stringify(await client.downloadData())) as DataFile
  })
  return file!
}

test('a download is imported whole, each list as records of its kind, and a second time changes nothing', async () => {
  const file = await downloaded('u1')
  const path = join(await temporaryFolder(), 'my data.json')
  await writeFile(path, JSON.stringify(file))
  const there = await bench()
  const report = await there.run({ from: path, user_id: 'u1' })
  expect(report.counts).toMatchObject({ files: 1, written: 3, refused: 0 })
  expect(Object.values(await there.records('u1'))).toMatchObject([
    { name: 'Weekend hikers', total_audience_size: 12, metadata: { tags: ['a'] } },
  ])
  const platforms = await recordsIn(tableOn(there.store, PLATFORMS), 'u1', PLATFORMS)
  const distributions = await recordsIn(tableOn(there.store, DISTRIBUTIONS), 'u1', DISTRIBUTIONS)
  expect([Object.keys(platforms), Object.keys(distributions)]).toMatchObject([{ length: 1 }, { length: 1 }])
  expect((await there.run({ from: path, user_id: 'u1' })).counts.written).toBe(0)
})

test('a download is taken in by another device: every record, what was refused included, and a second time nothing', async () => {
  const file = await downloaded('u1')
  const device = new Device()
  await device.play(async () => {
    const { service } = device
    const { client } = await device.open()
    expect(await client.uploadData(file)).toEqual({ made: 4, known: 0, refused: 0 })
    expect(names(client)).toEqual(['Refused', 'Weekend hikers'])
    expect(await client.uploadData(file)).toEqual({ made: 0, known: 4, refused: 0 })
    await client.signIn(sessionOf('u2'))
    await client.syncNow()
    expect(service.records('u2')).toHaveLength(4)
    expect(client.status).toMatchObject({ pending: 0, conflicts: 0, invalid: 0 })
    expect(await client.uploadData('no file')).toEqual({ made: 0, known: 0, refused: 0 })
  })
})

test('changes of a download that were not sent are judged where its records are still there', async () => {
  const device = new Device()
  await device.play(async () => {
    const { service } = device
    const { client } = await device.open(sessionOf('u1'))
    const ids = [
      await made(client, 'Edited'),
      await made(client, 'In conflict'),
      await made(client, 'Deleted'),
    ] as const
    await client.syncNow()
    service.is_offline = true
    await client.change('audience', ids[0], { set: { name: 'Edited offline' } })
    await client.change('audience', ids[1], { set: { name: 'Mine' } })
    await client.delete('audience', ids[2])
    const file: unknown = JSON.parse(JSON.stringify(await client.downloadData()))
    await client.signOut({ unsent: 'erase' })
    service.is_offline = false
    service.change('u1', ids[1], { name: 'Theirs' })
    await client.signIn(sessionOf('u1'))
    await client.syncNow()
    await client.uploadData(file)
    await client.uploadData(file)
    await client.syncNow()
    expect(service.record('u1', ids[0])).toMatchObject({ name: 'Edited offline', version: 2 })
    expect(service.record('u1', ids[1])).toMatchObject({ name: 'Theirs' })
    expect(service.record('u1', ids[2])).toMatchObject({ deleted: true })
    expect(client.status).toMatchObject({ pending: 0, conflicts: 1 })
  })
})
