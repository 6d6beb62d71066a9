import { expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { systemRandom } from '#shared/base/random.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import { decideSave } from '#shared/records/decisions.ts'
import { createdAt } from '#shared/records/record-id.ts'
import { changeMany } from '#shared/resources/change-many.ts'
import { fasterClock } from '#tests/support/clock.ts'
import { WRITER } from '#tests/table/notes.ts'
import { audiencesInTest, storedAudiences } from './fixture.ts'
import { everyAudience, saved, type AudienceJson, type Client, type RunningAudiences } from './harness.ts'

const PATH = '/api/audiences'
const MAY = '2025-05-15T12:00:00Z'

interface Result {
  readonly id: string
  readonly outcome: string
  readonly version?: number
  readonly usage?: unknown
  readonly problem?: { readonly type: string; readonly detail: string }
  readonly retry_after_ms?: number
}

/** Carries out a batch that must be answered 200. */
async function batch(client: Client, body: Record<string, unknown>) {
  const reply = await client.call('POST', `${PATH}/batch`, body)
  if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${reply.text}`)
  const results = reply.body['results'] as readonly Result[]
  return { ...reply.body, counts: reply.body['counts'], results, outcomes: results.map(({ outcome }) => outcome) }
}

/** Saves one audience of each status. */
async function some(running: RunningAudiences, statuses: readonly string[], more: Record<string, unknown> = {}) {
  const all: AudienceJson[] = []
  for (const status of statuses) all.push(await saved(running, { segments: [], status, ...more }))
  return all.map(({ audience_id }) => audience_id)
}

/** Makes audiences as one request does. */
async function storeMany(running: RunningAudiences, ids: readonly string[]) {
  const asking = { kind: AUDIENCES, user_id: 'demo_user' }
  const mutations = ids.map((id) => ({
    id,
    writer: WRITER,
    size_bytes: 0,
    decide: () => decideSave(asking, id, createdAt(AUDIENCES, id), undefined, { name: 'A' }),
  }))
  await changeMany({ table: storedAudiences(running), clock: systemClock }, 'demo_user', mutations)
}

const TWO = ['active', 'active']

async function named(client: Client): Promise<ReadonlyMap<string, AudienceJson>> {
  return new Map((await everyAudience(client)).map((audience) => [audience.audience_id, audience]))
}

test('two hundred audiences of one month cost one GET and one PUT, and a filter goes on behind its first two hundred', async () => {
  const running = await audiencesInTest()
  const now_ms = Date.parse(MAY)
  const all = Array.from({ length: 203 }, () => newId('aud', now_ms, systemRandom)).toSorted()
  await storeMany(running, all)
  const ids = all.slice(0, 200)
  const { result, ...cost } = await running.counted(() => batch(running, { ids, action: 'archive' }))
  expect(result).toMatchObject({ dry_run: false, counts: { changed: 200, unchanged: 0, refused: 0, retry: 0 } })
  expect(cost).toEqual({ reads: 1, writes: 1, lists: 0 })
  expect(result.results.map(({ id }) => id)).toEqual(ids)
  const again = await running.counted(() => batch(running, { ids, action: 'archive' }))
  expect(again).toMatchObject({ reads: 1, writes: 0, lists: 0, result: { counts: { unchanged: 200 } } })

  const filter = { status: 'all', q: 'a' }
  const { result: page, ...page_cost } = await running.counted(() => batch(running, { filter, action: 'delete' }))
  expect(page).toMatchObject({ counts: { changed: 200 } })
  expect(page_cost).toEqual({ reads: 0, writes: 1, lists: 1 })
  expect(page.results.map(({ id }) => id)).toEqual(all.toReversed().slice(0, 200))
  const rest = await batch(running, { filter, action: 'delete', cursor: page.next_cursor })
  expect(rest).toMatchObject({ counts: { changed: 3 }, next_cursor: null })
  expect(await everyAudience(running)).toEqual([])
})

test('a draft, an active, an archived and a deleted audience are judged one by one', async () => {
  const running = await audiencesInTest()
  const EXPECTED: readonly [action: string, outcomes: readonly string[], statuses: readonly string[]][] = [
    ['archive', ['changed', 'changed', 'unchanged', 'refused'], ['archived', 'archived', 'archived']],
    ['restore', ['refused', 'unchanged', 'changed', 'refused'], ['draft', 'active', 'active']],
    ['delete', ['changed', 'changed', 'changed', 'unchanged'], []],
    ['undelete', ['unchanged', 'unchanged', 'unchanged', 'changed'], ['draft', 'active', 'archived', 'active']],
  ]
  for (const [action, outcomes, statuses] of EXPECTED) {
    const ids = await some(running, ['draft', 'active', 'archived', 'active'])
    await running.call('DELETE', `${PATH}/${ids[3]}`)
    const tried = await batch(running, { ids, action, dry_run: true })
    const done = await batch(running, { ids, action })
    expect([action, done.outcomes]).toEqual([action, outcomes])
    expect(tried.results.map(({ usage: _usage, ...result }) => result)).toEqual(done.results)
    const now = await named(running)
    expect([action, ids.flatMap((id) => now.get(id)?.status ?? [])]).toEqual([action, statuses])
    // Whatever was done is done: asked again, each either is so or is refused as before.
    const again = await batch(running, { ids, action })
    expect(again.outcomes).toEqual(outcomes.map((outcome) => (outcome === 'changed' ? 'unchanged' : outcome)))
  }
})

test('tags are added behind those that are there, and taken away in any spelling', async () => {
  const running = await audiencesInTest()
  const ids = await some(running, TWO, { metadata: { tags: ['spring'], campaign_id: 'c' } })
  await running.call('PATCH', `${PATH}/${ids[1]}`, { metadata: { tags: null } })
  const tagged = await batch(running, { ids, action: 'tag', tags: ['Müller', 'spring', 'Mu\u0308ller'] })
  expect(tagged.outcomes).toEqual(['changed', 'changed'])
  const metadata = async () => [...(await named(running)).values()].map((audience) => audience.metadata)
  expect(await metadata()).toEqual([
    { tags: ['Müller', 'spring'], campaign_id: 'c' },
    { tags: ['spring', 'Müller'], campaign_id: 'c' },
  ])
  expect((await batch(running, { ids, action: 'tag', tags: ['Mu\u0308ller'] })).outcomes).toEqual([
    'unchanged',
    'unchanged',
  ])
  const untagged = await batch(running, { ids, action: 'untag', tags: ['Mu\u0308ller', 'never there'] })
  expect(untagged.outcomes).toEqual(['changed', 'changed'])
  expect(await metadata()).toEqual([
    { tags: ['spring'], campaign_id: 'c' },
    { tags: ['spring'], campaign_id: 'c' },
  ])
})

test('a tag that makes the metadata too large is refused of that audience alone', async () => {
  const running = await audiencesInTest()
  const ids = await some(running, TWO)
  const full = { note: 'x'.repeat(64 * 1024 - 60), tags: ['spring'] }
  await running.call('PATCH', `${PATH}/${ids[0]}`, { metadata: full })
  const { results, outcomes } = await batch(running, { ids, action: 'tag', tags: ['t'.repeat(200)] })
  expect(outcomes).toEqual(['refused', 'changed'])
  expect(results[0]!.problem).toMatchObject({ type: '/problems/invalid-input', errors: [{ path: 'metadata' }] })
})

test('repeated, unknown, hostile and other users’ ids have results of their own', async () => {
  const running = await audiencesInTest()
  const [own] = await some(running, ['active'])
  const { audience_id: foreign } = await saved(running.as('other'))
  const ids = [own!, own!, '../../config/flags.json', 'aud_', '__proto__', foreign, newId('aud', 0, systemRandom)]
  const { results, outcomes } = await batch(running, { ids, action: 'delete' })
  expect(outcomes).toEqual(['changed', 'unchanged', ...Array<string>(5).fill('refused')])
  expect(new Set(results.slice(2).map(({ problem }) => problem?.type))).toEqual(new Set(['/problems/not-found']))
  expect((await running.as('other').call('GET', `${PATH}/${foreign}`)).status).toBe(200)
})

test('a month that the bucket does not take is told to be retried, and the repetition does nothing twice', async () => {
  const running = await audiencesInTest({ clock: fasterClock(60) })
  const ids = ['03', '04', '05'].map((month) => newId('aud', Date.parse(`2025-${month}-15`), systemRandom))
  for (const audience_id of ids) await running.call('POST', PATH, { audience_id, name: 'A' })
  const prefix = 'audiences/user_id=demo_user/year=2025/month=04'
  running.gcs.faults.add({ fault: 'unavailable', operations: ['write'], prefix })
  const { results, outcomes } = await batch(running, { ids, action: 'archive' })
  expect(outcomes).toEqual(['changed', 'retry', 'changed'])
  expect(results[1]).toMatchObject({ problem: { type: '/problems/unavailable', status: 503, outcome: 'unknown' } })
  expect(results[1]!.retry_after_ms).toBeGreaterThan(0)
  running.gcs.faults.reset()
  expect((await batch(running, { ids, action: 'archive' })).outcomes).toEqual(['unchanged', 'changed', 'unchanged'])
  expect([...(await named(running)).values()].map(({ version }) => version)).toEqual([2, 2, 2])
})

test('two instances that tag and archive the same audiences simultaneously lose nothing', async () => {
  const running = await audiencesInTest()
  const ids = await some(running, Array<string>(5).fill('active'))
  const other = await running.anotherInstance()
  const [tagged, archived] = await Promise.all([
    batch(running, { ids, action: 'tag', tags: ['both'] }),
    batch(other, { ids, action: 'archive' }),
  ])
  expect([tagged.counts, archived.counts]).toMatchObject([{ changed: 5 }, { changed: 5 }])
  for (const audience of (await named(running)).values()) {
    expect(audience).toMatchObject({ status: 'archived', version: 3, metadata: { tags: ['spring', 'both'] } })
  }
})

const ID = 'aud_01h455vb4pex5vsknk084sn02q'

const REFUSED: readonly (readonly [body: object, paths: readonly string[]])[] = [
  [{}, ['action']],
  [{ action: 'archive' }, ['ids']],
  [{ action: 'burn', ids: [ID] }, ['action']],
  [{ action: 'archive', ids: [] }, ['ids']],
  [{ action: 'archive', ids: Array.from({ length: 201 }, () => ID) }, ['ids']],
  [{ action: 'archive', ids: [7, ''] }, ['ids[0]', 'ids[1]']],
  [{ action: 'archive', ids: [ID], filter: {} }, ['filter']],
  [{ action: 'archive', ids: [ID], cursor: 'x' }, ['cursor']],
  [{ action: 'archive', filter: { colour: 'green' } }, ['filter.colour']],
  [{ action: 'archive', filter: {}, cursor: 'x' }, ['cursor']],
  [{ action: 'undelete', filter: {} }, ['filter']],
  [{ action: 'tag', ids: [ID] }, ['tags']],
  [{ action: 'tag', ids: [ID], tags: [''] }, ['tags[0]']],
  [{ action: 'delete', ids: [ID], tags: ['a'] }, ['tags']],
  [{ action: 'delete', ids: [ID], if_unused: 'true' }, ['if_unused']],
  [{ action: 'restore', ids: [ID], if_unused: true }, ['if_unused']],
  [{ action: 'tag', ids: [ID], tags: ['a'], if_unused: false }, ['if_unused']],
]

test('a body that is not one is refused by the names of what is wrong, and costs nothing', async () => {
  const running = await audiencesInTest()
  const { result: refused, ...cost } = await running.counted(() =>
    Promise.all(REFUSED.map(([body]) => running.call('POST', `${PATH}/batch`, body))),
  )
  expect(refused.map(({ status, body }) => [status, body.errors?.map(({ path }) => path)])).toEqual(
    REFUSED.map(([, paths]) => [400, paths]),
  )
  expect(cost).toEqual({ reads: 0, writes: 0, lists: 0 })
})

test('the past of each audience tells who changed it, and by which client', async () => {
  const running = await audiencesInTest()
  const [id] = await some(running, ['active'])
  const client_id = newId('cli', 0, systemRandom)
  await running.call('POST', `${PATH}/batch`, { ids: [id], action: 'archive' }, { 'client-id': client_id })
  const { body } = await running.call('GET', `${PATH}/${id}/versions`)
  expect(body.versions[0]).toMatchObject({ by: 'demo_user', client_id, via: 'api', changed: ['status'] })
})
