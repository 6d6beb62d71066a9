import { expect, test } from 'vitest'

import { importPlan, type ImportPlan } from '#functions/web/app/audiences/import/import-plan.ts'
import { runImport } from '#functions/web/app/audiences/import/run-import.ts'
import { queryOf } from '#functions/web/app/pages/saved-audiences/search.ts'
import { selectedAudiences } from '#functions/web/app/pages/saved-audiences/select-audiences.ts'
import type { Shown } from '#functions/web/app/store/records.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import { StorageError } from '#shared/client/storage.ts'
import { Device, names, played, SECOND_MS, sessionOf } from '#tests/client/store/stand-in.ts'

const NAMES = Array.from({ length: 450 }, (_, at) => `Audience ${String(at).padStart(3, '0')}`)
const ROWS = NAMES.map((name, at) => ({ line: at + 2, source: { name, total_audience_size: at } }))

function planFor(client: ActivationClient): ImportPlan {
  return importPlan(ROWS, {
    get: (id) => client.get('audience', id) as Shown<'audience'> | undefined,
    all: client.list('audience') as readonly Shown<'audience'>[],
  })
}

const makes = ({ rows }: ImportPlan) => rows.filter(({ does }) => does === 'make').length

test(
  'an import that is stopped keeps whole portions; from the same file the rest comes in, and nothing twice',
  played(async (device) => {
    const { client } = await device.open(sessionOf('a'))
    const ended: number[] = []
    const first = await runImport(client, planFor(client), (done) => {
      ended.push(done)
      return done < 400
    })
    expect(first).toEqual({ count: 400, fault: undefined })
    expect(ended).toEqual([200, 400])
    await client.syncNow()
    expect(makes(planFor(client))).toBe(50)
    expect(await runImport(client, planFor(client), () => true)).toEqual({ count: 50, fault: undefined })
    expect(makes(planFor(client))).toBe(0)
    await device.pass(10 * SECOND_MS)
    expect(client.status).toMatchObject({ pending: 0, conflicts: 0, invalid: 0 })
    expect(names(client)).toEqual(NAMES)
  }),
)

test('an import that finds no more room says at which audience, and what is in stays', async () => {
  let commits_left = Infinity
  const device = new Device({
    onCommit: () => {
      if (commits_left-- <= 0) throw new StorageError('full', 'There is no room left for local data.')
    },
  })
  await device.play(async () => {
    const { client } = await device.open()
    await device.pass(SECOND_MS)
    commits_left = 1
    expect(await runImport(client, planFor(client), () => true)).toEqual({
      count: 200,
      fault: '“Audience 200” was not kept. There is no room left for local data.',
    })
    commits_left = Infinity
    expect(await runImport(client, planFor(client), () => true)).toEqual({ count: 250, fault: undefined })
    expect(names(client)).toEqual(NAMES)
  })
})

test(
  'a tab that dies in the middle of an import leaves whole portions, and the next one takes in the rest',
  played(async (device) => {
    const dying = await device.open()
    const importing = runImport(dying.client, planFor(dying.client), (done) => {
      if (done === 200) dying.end()
      return true
    })
    await Promise.race([importing.catch(() => undefined), device.pass(SECOND_MS)])
    const { client } = await device.open()
    const there = client.list('audience').length
    expect(there).toBe(200)
    expect(await runImport(client, planFor(client), () => true)).toEqual({ count: 250, fault: undefined })
    expect(names(client)).toEqual(NAMES)
  }),
)

test(
  'the audiences of a file are in its order where a list is by age, those of one millisecond as well',
  played(async (device) => {
    const { client } = await device.open(sessionOf('a'))
    await runImport(client, planFor(client), () => true)
    const newest = selectedAudiences(
      client.list('audience') as readonly Shown<'audience'>[],
      queryOf({ sort: 'newest' }),
    )
    expect(newest.map(({ record }) => record.name)).toEqual(NAMES.toReversed())
  }),
)
