import { describe, expect, test } from 'vitest'

import { assembleFile, parseFile } from '#shared/parquet/file.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { rowsById } from '#shared/table/recovery/restore.ts'
import { wholeSnapshot } from '#shared/table/object/snapshot.ts'
import { storedObject } from '#tests/table/stored.ts'
import { saved } from '#tests/functions/audiences/harness.ts'
import { DEMO, runningInTest } from '#tests/functions/distributions/harness.ts'
import { restoringOn } from './restoring.ts'
import { WRITER } from '#tests/table/notes.ts'

const AUDIENCES_PATH = '/api/audiences'

/** An audience that was spoilt after `good`, the generation with which all was well. */
async function spoilt() {
  const running = await runningInTest()
  const restoring = restoringOn(running.gcs)
  const { audiences } = running
  const { audience_id } = await saved(audiences, { name: 'Weekend hikers' })
  const good = await restoring.liveOf('audiences/')
  await audiences.call('PATCH', `${AUDIENCES_PATH}/${audience_id}`, { name: 'asdf', description: 'x'.repeat(300) })
  const read = async (id = audience_id) => await audiences.call('GET', `${AUDIENCES_PATH}/${id}`)
  return { ...running, restoring, audience_id, good, object: good.name, read }
}

describe('a restore of audiences', () => {
  test('shows the difference and changes nothing unless it is agreed to', async () => {
    const { restoring, good, object, audience_id, read } = await spoilt()
    const wish = { selection: { object }, source: { generation: good.generation } }
    const dry = await restoring.run({ ...wish, dry_run: true })
    expect(dry.code).toBe(0)
    expect(dry.text).toContain(`${audience_id}  version 2 → 3  changes\n`)
    expect(dry.text).toContain('    name: "asdf" → "Weekend hikers"\n')
    expect(dry.text).toMatch(/ {4}description: "x{59}… → /)
    expect(await restoring.run(wish, async () => false)).toMatchObject({ code: 3 })
    expect((await read()).body.audience.name).toBe('asdf')
    expect(await restoring.run(wish)).toMatchObject({ code: 0 })
    expect((await read()).body.audience).toMatchObject({ name: 'Weekend hikers', version: 3, client_id: 'restore' })
    expect(await restoring.run(wish)).toMatchObject({
      code: 0,
      text: expect.stringContaining('Nothing to change.') as string,
    })
  })

  test('by time takes the generation that was live then, of every object of the user and nobody else', async () => {
    const { restoring, good, read, as, audience_id } = await spoilt()
    const other = await saved(as('somebody').audiences, { name: 'theirs' })
    await as('somebody').audiences.call('PATCH', `${AUDIENCES_PATH}/${other.audience_id}`, { name: 'still theirs' })
    const selection = { user_id: DEMO, kind: undefined, month: undefined }
    const { code, text } = await restoring.run({ selection, source: { at_ms: good.created_at_ms } })
    expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining(audience_id) as string })
    expect(text).not.toContain('somebody')
    expect((await read()).body.audience.name).toBe('Weekend hikers')
    const { body } = await as('somebody').audiences.call('GET', `${AUDIENCES_PATH}/${other.audience_id}`)
    expect(body.audience.name).toBe('still theirs')
  })

  test('of one record leaves the others of its object alone', async () => {
    const { restoring, audiences, good, object, audience_id, read } = await spoilt()
    const later = await saved(audiences, { name: 'made later' })
    const wish = { selection: { object }, source: { generation: good.generation }, record_ids: [audience_id] }
    expect(await restoring.run(wish)).toMatchObject({ code: 0 })
    expect((await read()).body.audience.name).toBe('Weekend hikers')
    expect((await read(later.audience_id)).status).toBe(200)
    const unknown = restoring.run({ ...wish, selection: 'all', record_ids: ['aud_01h455vb4pex5vsknk084sn02q'] })
    await expect(unknown).resolves.toMatchObject({ code: 0, text: expect.stringContaining('none of these') as string })
  })

  test('makes tombstones of what was created since; an undeleted record is as it was', async () => {
    const { restoring, audiences, good, object, audience_id, read } = await spoilt()
    const later = await saved(audiences, { name: 'made later' })
    await audiences.call('DELETE', `${AUDIENCES_PATH}/${audience_id}`)
    const { text } = await restoring.run({ selection: { object }, source: { generation: good.generation } })
    expect(text).toContain(`${later.audience_id}  version 1 → 2  becomes a tombstone\n`)
    expect(text).toContain(`${audience_id}  version 3 → 4  is undeleted\n`)
    expect((await read(later.audience_id)).status).toBe(404)
    expect((await read()).body.audience).toMatchObject({ name: 'Weekend hikers', deleted: false })
  })

  test('revives what was purged, of which the live object has nothing left but the used id', async () => {
    const { restoring, audiences, table, good, object, audience_id, read } = await spoilt()
    await audiences.call('DELETE', `${AUDIENCES_PATH}/${audience_id}`)
    const purge = { id: audience_id, writer: WRITER, size_bytes: 0, decide: () => ({ kind: 'purge' }) as const }
    await table(AUDIENCES).mutateAll(DEMO, /(\d{6})\.parquet$/.exec(object)![1]!, [purge])
    const { text } = await restoring.run({ selection: { object }, source: { generation: good.generation } })
    expect(text).toContain(`${audience_id}  purged → 1003  is restored although it was purged`)
    expect((await read()).body.audience).toMatchObject({ name: 'Weekend hikers', version: 1003 })
  })

  test('to a generation with columns of a newer release is refused: they would be lost', async () => {
    const { restoring, object, good } = await spoilt()
    const newer = { ...AUDIENCES, columns: [...AUDIENCES.columns, { name: 'colour', type: 'string' as const }] }
    const rows = await rowsById(newer, wholeSnapshot(object, 'any', await restoring.bytesOf(object, good.generation)))
    await restoring.overwrite(object, await storedObject(newer, object, [...rows.values()]))
    const { generation } = await restoring.liveOf(object)
    await restoring.overwrite(object, await restoring.bytesOf(object, good.generation))
    await expect(restoring.run({ selection: { object }, source: { generation } })).rejects.toThrow('it has colour')
  })

  test('leaves what was edited after the difference was shown, and says so', async () => {
    const { restoring, audiences, good, object, audience_id, read } = await spoilt()
    const wish = { selection: { object }, source: { generation: good.generation } }
    const { code, text } = await restoring.run(wish, async () => {
      await audiences.call('PATCH', `${AUDIENCES_PATH}/${audience_id}`, { name: 'mended by hand' })
      return true
    })
    expect(code).toBe(2)
    expect(text).toContain(`${audience_id}: The record is at version 3 now, not 2 as in the plan; it was not changed.`)
    expect((await read()).body.audience.name).toBe('mended by hand')
  })

  test('names what is kept when the generation is not', async () => {
    const { restoring, good, object } = await spoilt()
    const gone = restoring.run({ selection: { object }, source: { generation: '17' } })
    await expect(gone).rejects.toThrow(`The bucket does not keep generation 17; the oldest is ${good.generation} of`)
    const nobody = restoring.run({
      selection: { user_id: 'nobody', kind: undefined, month: undefined },
      new_epoch: true,
    })
    await expect(nobody).rejects.toThrow('The bucket keeps no generation of a selected object.')
    const index = restoring.run({ selection: { object: 'indexes/user_id=u/legacy_ids.json' }, new_epoch: true })
    await expect(index).rejects.toThrow('is not an object of a table: audiences, platforms, distributions')
    const kind = restoring.run({ selection: { user_id: DEMO, kind: 'people', month: undefined }, new_epoch: true })
    await expect(kind).rejects.toThrow('--kind people is not one of audiences, platforms, distributions.')
    const monthly = { user_id: DEMO, kind: 'platforms', month: '202505' }
    await expect(restoring.run({ selection: monthly, new_epoch: true })).rejects.toThrow('have no months')
  })

  test('to before the object existed says so; to before what is kept of it is refused', async () => {
    const { restoring, good, object, gcs } = await spoilt()
    const before = { selection: { object }, source: { at_ms: good.created_at_ms - 1 }, dry_run: true }
    expect((await restoring.run(before)).text).toMatch(/the object did not exist yet\n.*becomes a tombstone/)
    const url = `${gcs.url}/storage/v1/b/activation-test/o/${encodeURIComponent(object)}?generation=${good.generation}`
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
    await expect(restoring.run(before)).rejects.toThrow(/does not keep the generation of .* any more; the oldest is/)
  })
})

describe('an object that cannot be read', () => {
  test('gets a good generation in its place, as a new epoch, and serves again', async () => {
    const { restoring, object, good, audience_id, read } = await spoilt()
    const newest = await restoring.liveOf(object)
    await restoring.overwrite(object, new TextEncoder().encode('not Parquet'))
    expect((await read()).status).toBe(503)
    const selection = { object }
    await expect(restoring.run({ selection, new_epoch: true })).rejects.toThrow(
      `Choose a generation to replace it: the newest readable one is --generation ${newest.generation}.`,
    )
    const source = { generation: good.generation }
    await expect(restoring.run({ selection, source, record_ids: [audience_id] })).rejects.toThrow('remove --record')
    expect((await restoring.run({ selection, source, dry_run: true })).text).toContain(
      `the newest readable one is --generation ${newest.generation}`,
    )
    const { code, text } = await restoring.run({ selection, source: { generation: newest.generation } })
    expect({ code, text }).toMatchObject({
      code: 0,
      text: expect.stringContaining('It is the newest readable generation') as string,
    })
    expect((await read()).body.audience).toMatchObject({ name: 'asdf', version: 1002 })
  })

  test('because a row group is damaged is one too', async () => {
    const { restoring, object, audiences, read } = await spoilt()
    await Promise.all(Array.from({ length: 40 }, (_, at) => saved(audiences, { name: `more ${at}` })))
    const newest = await restoring.liveOf(object)
    const bytes = Uint8Array.from(await restoring.bytesOf(object, newest.generation))
    bytes[100]! ^= 0xff
    await restoring.overwrite(object, bytes)
    expect((await read()).status).toBe(503)
    const { code, text } = await restoring.run({ selection: { object }, source: { generation: newest.generation } })
    expect({ code, text }).toMatchObject({
      code: 0,
      text: expect.stringContaining('The live object is unreadable') as string,
    })
    expect((await read()).status).toBe(200)
  })

  test('because a newer release wrote it is left to that one, whatever is asked', async () => {
    const { restoring, object, good } = await spoilt()
    const file = parseFile(await restoring.bytesOf(object, good.generation))
    const key_values = new Map(file.key_values).set('format', '2')
    await restoring.overwrite(object, assembleFile({ ...file, key_values }).bytes)
    const newer = await restoring.liveOf(object)
    for (const wish of [{ new_epoch: true }, { source: { generation: good.generation } }]) {
      await expect(restoring.run({ selection: { object }, ...wish })).rejects.toThrow('written by a newer release')
    }
    expect(await restoring.liveOf(object)).toEqual(newer)
  })

  test('because it was deleted comes back', async () => {
    const { restoring, object, gcs, read } = await spoilt()
    const newest = await restoring.liveOf(object)
    await fetch(`${gcs.url}/storage/v1/b/activation-test/o/${encodeURIComponent(object)}`, { method: 'DELETE' })
    expect((await read()).status).toBe(404)
    expect(await restoring.run({ selection: { object }, new_epoch: true })).toMatchObject({ code: 0 })
    const source = { generation: newest.generation }
    expect(await restoring.run({ selection: { object }, source })).toMatchObject({ code: 0 })
    expect((await read()).body.audience).toMatchObject({ name: 'asdf', version: 1002 })
  })
})

describe('a new epoch', () => {
  test('of everything, after an old generation was copied over the live one', async () => {
    const { restoring, object, good, read, audiences, audience_id } = await spoilt()
    await restoring.overwrite(object, await restoring.bytesOf(object, good.generation))
    expect((await read()).body.audience).toMatchObject({ name: 'Weekend hikers', version: 1 })
    expect(await restoring.run({ new_epoch: true })).toMatchObject({ code: 0 })
    expect((await read()).body.audience).toMatchObject({ name: 'Weekend hikers', version: 1001 })
    const stale = await audiences.call(
      'PATCH',
      `${AUDIENCES_PATH}/${audience_id}`,
      { name: 'y' },
      { 'If-Match': '"1"' },
    )
    expect(stale.status).toBe(412)
    const source = { generation: good.generation }
    const both = restoring.run({ selection: { object }, new_epoch: true, source })
    await expect(both).rejects.toThrow('restore it without --new-epoch')
  })

  test('of everything names what cannot be read, and starts it for the rest', async () => {
    const { restoring, object, as, read } = await spoilt()
    const { audience_id } = await saved(as('somebody').audiences)
    await restoring.overwrite(object, new Uint8Array(5))
    const { code, text } = await restoring.run({ new_epoch: true })
    expect(code).toBe(2)
    expect(text).toContain(`${object}\n  cannot be restored: The live object is unreadable: `)
    const { body } = await as('somebody').audiences.call('GET', `${AUDIENCES_PATH}/${audience_id}`)
    expect(body.audience.version).toBe(1001)
    expect((await read()).status).toBe(503)
  })
})
