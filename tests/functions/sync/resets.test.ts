import { describe, expect, test } from 'vitest'

import { assembleFile } from '#shared/parquet/file.ts'
import { encodeFooter, type Footer } from '#shared/table/object/footer.ts'
import type { Pulled } from './harness.ts'
import { virtualSync } from './virtual-sync.ts'

/** Where a cursor says nothing of what is there: the partition comes whole. */

const idsOf = ({ partitions }: Pulled) => partitions.flatMap(({ rows }) => rows.map((row) => row['audience_id']))
const shapeOf = ({ partitions }: Pulled) =>
  partitions.map(({ partition, reset, last, rows }) => [partition, reset, last, rows.length])

type Virtual = ReturnType<typeof virtualSync>

/** A month with a few commits behind it. */
async function withMonth(virtual: Virtual): Promise<readonly string[]> {
  const { newId, push, create } = virtual
  const ids = [newId('aud'), newId('aud'), newId('aud')].toSorted()
  for (const id of ids) await push([create(id, { description: 'x'.repeat(800) })])
  return ids
}

/** The object of the month as it is, with another footer. */
function placeWith({ audiencesOf, store }: Virtual, changed: Partial<Footer>): void {
  const { name, file, footer } = audiencesOf()
  store.place(name, assembleFile({ ...file, key_values: encodeFooter({ ...footer, ...changed }) }).bytes)
}

/** Another epoch, that goes on from a commit of this one. */
const after =
  (rev: number) =>
  ({ epoch }: Footer): Partial<Footer> => ({
    epoch: 'another',
    past_epochs: [{ epoch, rev, time_ms: Date.parse('2025-05-14') }],
  })

describe('a month comes whole, as a reset,', () => {
  const nothing = '1970-01-01T00:00:00.000Z'
  const cases: readonly (readonly [when: string, string | undefined, Partial<Footer> | ReturnType<typeof after>])[] = [
    ['when it was created again, with nothing of what was', nothing, { epoch: 'another' }],
    ['when it goes on from before the cursor', '2025-05-14T00:00:00.000Z', after(2)],
    ['when it goes on from where the cursor is', undefined, after(3)],
    ['when its revision is below the cursor’s', nothing, { rev: 2, commits: [] }],
    ['when its revision is the cursor’s in another generation', nothing, { commits: [] }],
    ['when something was purged since', undefined, { rev: 9, floor: 4 }],
  ]
  test.each(cases)('%s', async (_, put_back_to, footer) => {
    const virtual = virtualSync()
    await virtual.run(async () => {
      const ids = await withMonth(virtual)
      const { cursor } = await virtual.pull(null)
      placeWith(virtual, typeof footer === 'function' ? footer(virtual.audiencesOf().footer) : footer)
      const page = await virtual.pull(cursor)
      expect(shapeOf(page)).toEqual([['audiences/2025-05', true, true, 3]])
      expect(idsOf(page)).toEqual(ids)
      expect(page.partitions[0]!.put_back_to).toBe(put_back_to)
      expect(shapeOf(await virtual.pull(page.cursor))).toEqual([])
    })
  })

  test('and without rows when it is gone; then the cursor knows it no more', async () => {
    const virtual = virtualSync()
    const { run, pull, push, create, newId, store } = virtual
    await run(async () => {
      await withMonth(virtual)
      await push([create(newId('aud', '2025-04'))])
      const { cursor } = await pull(null)
      const list = store.list.bind(store)
      store.list = async (...given) => (await list(...given)).filter(({ name }) => !name.includes('month=05'))
      const page = await pull(cursor)
      expect(shapeOf(page)).toEqual([['audiences/2025-05', true, true, 0]])
      expect(page.partitions[0]!.put_back_to).toBe(nothing)
      expect(shapeOf(await pull(page.cursor))).toEqual([])
    })
  })

  test('when it was put back while it was being read whole', async () => {
    const virtual = virtualSync()
    const { run, pull, push, rename, audiencesOf, store } = virtual
    await run(async () => {
      const ids = await withMonth(virtual)
      const { name, footer } = audiencesOf()
      const former = store.bytesOf(name)!
      const put_back_to = new Date(footer.commits.at(-1)!.time_ms).toISOString()
      await push([rename(ids[0]!, 'A', 'B')])
      // The page ends before the renamed record, which comes last now, and first in what is put back.
      const open = await pull(null, 1024)
      expect(shapeOf(open)).toEqual([['audiences/2025-05', true, false, 1]])
      store.place(name, former)
      const page = await pull(open.cursor)
      expect(shapeOf(page)).toEqual([['audiences/2025-05', true, true, 3]])
      expect(idsOf(page)).toEqual(ids)
      expect(page.partitions[0]!.put_back_to).toBe(put_back_to)
    })
  })
})

describe('a cursor', () => {
  test('of another user brings that user’s months as gone, and one’s own whole', async () => {
    const [mine, theirs] = [virtualSync(), virtualSync()]
    await theirs.run(async () => {
      await theirs.push([theirs.create(theirs.newId('aud', '2025-03'))])
      await withMonth(theirs)
    })
    const { cursor } = await theirs.run(() => theirs.pull(null))
    await mine.run(async () => {
      // Chance has one seed here; so the epochs are two.
      mine.newId('aud')
      await withMonth(mine)
      expect(shapeOf(await mine.pull(cursor))).toEqual([
        ['audiences/2025-03', true, true, 0],
        ['audiences/2025-05', true, true, 3],
      ])
    })
  })

  test.each([
    ['empty', ''],
    ['no base64', '%%%%'],
    ['no JSON', Buffer.from('[1,').toString('base64url')],
    ['of a later format', Buffer.from('[2,[["audiences","202505","e",1,"1",null,null,"more"]]]').toString('base64url')],
    [
      'with an entry of a kind that there is not',
      Buffer.from('[1,[["notes","","e",1,"1",null,null]]]').toString('base64url'),
    ],
    [
      'with a negative revision',
      Buffer.from('[1,[["audiences","202505","e",-1,"1",null,null]]]').toString('base64url'),
    ],
    ['with nothing but nulls', Buffer.from('[1,[[null,null,null,null,null,null,null]]]').toString('base64url')],
    ['null as JSON', Buffer.from('null').toString('base64url')],
  ])('that cannot be read (%s) counts as none', async (_, cursor) => {
    const virtual = virtualSync()
    await virtual.run(async () => {
      const ids = await withMonth(virtual)
      const page = await virtual.pull(cursor)
      expect(shapeOf(page)).toEqual([['audiences/2025-05', true, true, 3]])
      expect(idsOf(page)).toEqual(ids)
    })
  })
})

describe('a month that cannot be read', () => {
  test.each(['damaged', 'unavailable'])(
    '(%s) is named, the others come, and it comes when it can be read again',
    async (how) => {
      let is_bad = false
      const virtual = virtualSync({
        faultOf: ({ name, operation }) =>
          is_bad && how === 'unavailable' && operation === 'read' && name.includes('month=05')
            ? 'unavailable'
            : undefined,
      })
      const { run, pull, push, create, rename, newId, store, audiencesOf } = virtual
      await run(async () => {
        const ids = await withMonth(virtual)
        const april = newId('aud', '2025-04')
        await push([create(april)])
        const { cursor } = await pull(null)
        await push([rename(april, 'A', 'B'), rename(ids[1]!, 'A', 'B')])
        const { name } = audiencesOf()
        const good = store.bytesOf(name)!
        is_bad = true
        if (how === 'damaged') store.place(name, Buffer.from('no Parquet'))
        const page = await pull(cursor)
        expect(page).toMatchObject({ unreadable: ['audiences/2025-05'], more: false })
        expect(shapeOf(page)).toEqual([['audiences/2025-04', false, true, 1]])
        is_bad = false
        if (how === 'damaged') store.place(name, good)
        const next = await pull(page.cursor)
        expect(next.unreadable).toBeUndefined()
        expect(idsOf(next)).toEqual([ids[1]])
      })
    },
  )
})
