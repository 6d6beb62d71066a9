import { expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { MemoryBrowser } from '#shared/client/memory/memory-browser.ts'
import type { PulledPartition } from '#shared/client/store/answers.ts'
import { applyPull } from '#shared/client/store/apply-pull.ts'
import { applyPush } from '#shared/client/store/apply-push.ts'
import type { Change, RecordNoun } from '#shared/client/store/entries.ts'
import { LocalStore } from '#shared/client/store/local-store.ts'

const IDENTITY = { issuer: 'https://issuer.example', user_id: 'ann', owner: 'ann' }
const NOW_MS = Date.parse('2025-05-15T12:00:00Z')
const idOf = (prefix: string) => newId(prefix, NOW_MS, systemRandom)

const openStore = async () => {
  const { ports } = new MemoryBrowser({ clock: systemClock, random: systemRandom }).openTab()
  return await LocalStore.open({ name: 'am_test', identity: IDENTITY, ports })
}

const pulled = async (store: LocalStore, asked: string | null, cursor: string, partition: PulledPartition) =>
  await store.write(['rows', 'staged', 'outbox'], (changes) =>
    applyPull(
      changes,
      asked,
      { partitions: [partition], cursor, more: !partition.last },
      {
        user_id: IDENTITY.user_id,
        pulled_at: '2025-05-15T12:00:00Z',
        seen: () => true,
        newMutationId: () => idOf('mut'),
      },
    ),
  )

test('a record that is deleted while its month comes whole, page by page, is not shown as live', async () => {
  const store = await openStore()
  const id = idOf('aud')
  const partition = 'audiences/2025-05'
  const live = { audience_id: id, name: 'Gone soon', version: 1, deleted: false }
  const gone = { audience_id: id, version: 2, deleted: true }
  await pulled(store, null, 'one', { partition, reset: true, rows: [live], last: false })
  await pulled(store, 'one', 'two', { partition, reset: false, rows: [gone], last: true })
  expect(store.data.list('audience')).toEqual([])
  expect(store.data.shown('audience', id)?.record).toMatchObject({ version: 2, deleted: true })
  await store.close()
})

test('what changes a record that waits for another id stays behind it, and is not set aside with it', async () => {
  const store = await openStore()
  const [audience_id, platform_id, distribution_id] = [idOf('aud'), idOf('plat'), idOf('dist')]
  const appended = async (kind: RecordNoun, id: string, change: Change, refers_to: readonly string[] = []) =>
    await store.write(['outbox'], (changes) =>
      changes.append({ kind, id, change, refers_to, mutation_id: idOf('mut'), made_at: '2025-05-15T12:00:00Z' }),
    )
  const set: Change = { op: 'patch', base_version: 0, set: { metadata: { a: 1 } }, base: { metadata: {} } }
  await appended('audience', audience_id, { op: 'create', value: { name: 'Early' } })
  const refers_to = [audience_id, platform_id]
  await appended('distribution', distribution_id, { op: 'create', value: { audience_id, platform_id } }, refers_to)
  await appended('distribution', distribution_id, set)
  await appended('platform', platform_id, { op: 'delete', base_version: 1 })
  const { client, outbox } = await store.outbox()
  const server_time = '2025-05-15T12:00:00.000Z'
  await store.write(['outbox'], (changes) =>
    applyPush(
      changes,
      { client, entries: outbox.slice(0, 3) },
      [
        { seq: 1, status: 'invalid', problem: { code: 'id_time', server_time } },
        { seq: 2, status: 'invalid', problem: { code: 'depends-on', seq: 1 } },
        { seq: 3, status: 'invalid', problem: { code: 'depends-on', seq: 2 } },
      ],
      { newId: () => idOf('aud'), newMutationId: () => idOf('mut') },
    ),
  )
  const after = (await store.outbox()).outbox
  expect(after.map(({ kind, change }) => `${change.op} ${kind}`)).toEqual([
    'create audience',
    'create distribution',
    'patch distribution',
    'delete platform',
  ])
  expect(after.every(({ aside }) => aside === undefined)).toBe(true)
  expect(after[1]!.refers_to).toEqual([after[0]!.id, platform_id])
  await store.close()
})
