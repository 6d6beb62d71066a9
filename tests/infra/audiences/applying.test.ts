import { expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import type { Fetch } from '#shared/client/api/attempt.ts'
import { everyAudience, saved } from '#tests/functions/audiences/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { fasterClock } from '#tests/support/clock.ts'
import { effort } from '#tests/support/effort.ts'
import { fc, REPEAT } from '#tests/support/seeds.ts'
import { accounts, deskAt, type Desk, textsOf } from './harness.ts'

const newAccount = accounts()

const isSave = (init: RequestInit) => init.method === 'POST'

test('an edit in a file becomes a version of its audience, and a pull after it changes no byte', async () => {
  const account = newAccount()
  const { audience_id } = await saved(account, { name: 'Urban greens' })
  await saved(account, { name: 'Left alone' })
  const desk = await deskAt(account)
  expect((await desk.run('pull')).out).toContain('2 written')
  expect(await desk.run('plan')).toMatchObject({ code: 0 })
  const [, path = ''] = await desk.names()
  expect(path).toBe(`urban-greens-${audience_id.slice(-8)}.yaml`)

  await desk.edit(path, 'name: Urban greens', 'name: Urban green people')
  await desk.edit(path, 'size: 125000', 'size: 125001')
  const planned = await desk.run('plan')
  expect(planned.code).toBe(2)
  expect(planned.out).toContain(`change    ${path}  ${audience_id} version 1\n`)
  expect(planned.out).toContain('name: "Urban greens" → "Urban green people"\n')
  expect(planned.out).toContain('segments[0].size: 125000 → 125001\n')

  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  const before = await textsOf(desk)
  expect(before[path]).toMatch(/^audience_id: \S+\nversion: 2\nname: Urban green people\nstatus: active\n/)
  expect((await desk.run('pull')).out).toBe('0 written, 2 current, 0 edited here.\n')
  expect(await textsOf(desk)).toEqual(before)
  const { body } = await account.call('GET', `/api/audiences/${audience_id}/versions`)
  expect(body.versions[0]).toMatchObject({ version: 2, via: 'api', by: account.user_id, changed: ['name', 'segments'] })
})

test('a new file makes one audience, also when no answer comes and the command is typed again', async () => {
  const account = newAccount()
  const lost: Fetch = async (url, init) => {
    const answer = await fetch(url, init)
    if (isSave(init)) throw new TypeError('the answer is lost')
    return answer
  }
  const desk = await deskAt(account, { fetch: lost, clock: fasterClock(1000) })
  await desk.run('pull')
  await desk.write('hikers.yaml', 'name: Weekend hikers\n')
  // The repetition meets the record that the first attempt has made.
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect(await desk.text('hikers.yaml')).toMatch(/^audience_id: aud_\w+\nversion: 1\nname: Weekend hikers\n/)

  await desk.edit('hikers.yaml', 'version: 1\n', '')
  await desk.edit('hikers.yaml', 'Weekend', 'Sunday')
  expect((await desk.run('apply')).out).toContain('is there already as version 1, and differs: name')
  await desk.edit('hikers.yaml', 'Sunday', 'Weekend')
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect(await everyAudience(account)).toHaveLength(1)
})

test('a file of an old version blocks all, says who changed what since, and a pull merges what both can have', async () => {
  const account = newAccount()
  const { audience_id } = await saved(account, { name: 'Contested', description: 'first' })
  const other = await saved(account, { name: 'Other' })
  const desk = await deskAt(account)
  await desk.run('pull')
  const [contested = '', other_path = ''] = await desk.names()
  await account.call('PATCH', `/api/audiences/${audience_id}`, { description: 'in the app' })
  await desk.edit(contested, 'name: Contested', 'name: In the file')
  await desk.edit(other_path, 'name: Other', 'name: Renamed')

  const refused = await desk.run('apply')
  expect(refused.code).toBe(1)
  expect(refused.out).toMatch(/has version 2, the file is of version 1; they differ: name, description\n/)
  expect(refused.out).toMatch(/version 2 {2}20\S+ {2}user_\d+ via api changed description\n/)
  expect(refused.out).toContain('Nothing was applied')
  expect(await desk.run('apply', { partial: true })).toMatchObject({ code: 1 })
  const name = async (id: string) => (await account.call('GET', `/api/audiences/${id}`)).body.audience.name
  expect(await name(other.audience_id)).toBe('Renamed')
  expect(await name(audience_id)).toBe('Contested')

  expect((await desk.run('pull')).out).toContain(`merged    ${contested}`)
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  const { body } = await account.call('GET', `/api/audiences/${audience_id}`)
  expect(body.audience).toMatchObject({ name: 'In the file', description: 'in the app', version: 3 })
})

test('what both sides changed is left to a person, who insists by giving the version', async () => {
  const account = newAccount()
  const { audience_id } = await saved(account, { name: 'Contested' })
  const desk = await deskAt(account)
  await desk.run('pull')
  const [path = ''] = await desk.names()
  await account.call('PATCH', `/api/audiences/${audience_id}`, { name: 'In the app' })
  await desk.edit(path, 'name: Contested', 'name: In the file')
  const edited = await desk.text(path)

  const pulled = await desk.run('pull')
  expect(pulled).toMatchObject({ code: 1 })
  expect(pulled.out).toContain(`both      ${path}  ${audience_id} version 2: name\n`)
  expect(await desk.text(path)).toBe(edited)
  await desk.edit(path, 'version: 1', 'version: 2')
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect((await account.call('GET', `/api/audiences/${audience_id}`)).body.audience.name).toBe('In the file')

  await desk.edit(path, 'In the file', 'Nobody wants it')
  expect((await desk.run('pull')).out).toContain(`edited    ${path}`)
  expect(await desk.run('pull', { discard_edits: true })).toMatchObject({ code: 0 })
  expect(await desk.text(path)).toContain('name: In the file')
})

test('two people who apply at the same moment lose nothing: the later one is told', async () => {
  const account = newAccount()
  await saved(account, { name: 'Contested', description: 'first' })
  const first = await deskAt(account)
  const gate = Promise.withResolvers<void>()
  const at_gate = Promise.withResolvers<void>()
  const second = await deskAt(account, {
    fetch: async (url, init) => {
      if (!isSave(init)) return await fetch(url, init)
      at_gate.resolve()
      await gate.promise
      return await fetch(url, init)
    },
  })
  await first.run('pull')
  await second.run('pull')
  const [path = ''] = await first.names()
  await first.edit(path, 'name: Contested', 'name: By the first')
  await second.edit(path, 'description: first', 'description: by the second')

  const slow = second.run('apply')
  await at_gate.promise
  expect(await first.run('apply')).toMatchObject({ code: 0 })
  gate.resolve()
  const late = await slow
  expect(late).toMatchObject({ code: 1 })
  expect(late.out).toContain('was changed after the plan: it is version 2 now, "By the first"')
  expect(await second.run('pull')).toMatchObject({ code: 0 })
  expect(await second.run('apply')).toMatchObject({ code: 0 })
  const [audience] = await everyAudience(account)
  expect(audience).toMatchObject({ name: 'By the first', description: 'by the second', version: 3 })
})

test(`two people who edit, apply and pull in any order keep each other's edits (${REPEAT})`, async () => {
  const account = newAccount()
  const count = effort(2, 3)
  for (let at = 0; at < count; at++) await saved(account, { name: 'n', description: 'd' })
  for (const seed of fc.sample(fc.integer(), effort(1, 30))) {
    const random = seededRandom(seed)
    const waiting: (() => void)[] = []
    // Requests of both go on one at a time, in an order that follows from the seed.
    const inSomeOrder: Fetch = async (url, init) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      await systemClock.turn()
      waiting.splice(Math.floor(random.uniform() * waiting.length), 1)[0]?.()
      await promise
      return await fetch(url, init)
    }
    const desks = [await deskAt(account, { fetch: inSomeOrder }), await deskAt(account, { fetch: inSomeOrder })]
    for (const desk of desks) await desk.run('pull')
    for (const path of await desks[0]!.names()) {
      await desks[0]!.edit(path, /^name: .*$/m, `name: n${seed}`)
      await desks[1]!.edit(path, /^description: .*$/m, `description: d${seed}`)
    }
    const work = async (desk: Desk): Promise<void> => {
      for (let round = 0; round < 20; round++) {
        if ((await desk.run('apply', { partial: random.uniform() < 0.5 })).code === 0) return
        await desk.run('pull')
      }
    }
    await Promise.all(desks.map(work))
    const audiences = await everyAudience(account)
    expect(audiences.map(({ name, description }) => `${name} ${String(description)}`)).toEqual(
      Array.from({ length: count }, () => `n${seed} d${seed}`),
    )
  }
})

test('a removed file archives its audience only by the right number, and never deletes', async () => {
  const account = newAccount()
  const { audience_id } = await saved(account, { name: 'Kept' })
  const desk = await deskAt(account)
  await desk.run('pull')
  const gone = await saved(account, { name: 'Without a file' })
  const planned = await desk.run('plan')
  expect(planned.code).toBe(0)
  expect(planned.out).toContain(`no file   ${gone.audience_id} version 1  "Without a file"`)
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  const wrong = await desk.run('apply', { archive_missing: 2 })
  expect(wrong.out).toContain('1 audiences have no file, not 2')
  const statuses = async () =>
    Object.fromEntries((await everyAudience(account)).map((one) => [one.audience_id, one.status]))
  expect(await statuses()).toEqual({ [audience_id]: 'active', [gone.audience_id]: 'active' })
  expect(await desk.run('apply', { archive_missing: 1 })).toMatchObject({ code: 0 })
  expect(await statuses()).toEqual({ [audience_id]: 'active', [gone.audience_id]: 'archived' })
})

test('an expired token and Ctrl+C end a run between two records, and the next run goes on', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  await desk.run('pull')
  // More than are applied simultaneously.
  const count = effort(20, 30)
  const names = Array.from({ length: count }, (_, at) => `n${String(at).padStart(2, '0')}`)
  for (const name of names) await desk.write(`${name}.yaml`, `name: ${name}\n`)
  await desk.run('ids')
  const stop = new AbortController()
  const ended = await deskAt(account, {
    signal: stop.signal,
    fetch: async (url, init) => {
      if (isSave(init)) stop.abort()
      return await fetch(url, init)
    },
  })
  const stopped = await ended.run('apply', { dir: desk.dir })
  expect(stopped).toMatchObject({ code: 1 })
  expect(stopped.out).toContain('Stopped. A second run goes on from here.')
  const between = (await everyAudience(account)).length
  expect(between).toBeGreaterThan(0)
  expect(between).toBeLessThan(count)

  const expired = await deskAt(account, {
    fetch: async (url, init) =>
      isSave(init) ? await fetch(url, { ...init, headers: { 'Content-Type': 'application/json' } }) : fetch(url, init),
  })
  expect((await expired.run('apply', { dir: desk.dir })).out).toContain('The token is not accepted')
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect((await everyAudience(account)).map(({ name }) => name).toSorted()).toEqual(names)
})

test('a busy service is asked again after the time that it names', async () => {
  const account = newAccount()
  let refused = 0
  const desk = await deskAt(account, {
    clock: fasterClock(1000),
    fetch: async (url, init) => {
      if (!isSave(init) || ++refused > 3) return await fetch(url, init)
      const problem = { type: '/problems/too-many-requests', title: 'Too many', status: 429, detail: 'Wait.' }
      const headers = { 'Content-Type': 'application/problem+json', 'Retry-After': '20' }
      return new Response(JSON.stringify(problem), { status: 429, headers })
    },
  })
  await desk.run('pull')
  await desk.write('new.yaml', 'name: Patient\n')
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect(refused).toBe(4)
})

test('a file that is edited while it is applied keeps the edit, and the next pull gives it its version', async () => {
  const account = newAccount()
  await saved(account, { name: 'Urban greens' })
  const plain = await deskAt(account)
  await plain.run('pull')
  const [path = ''] = await plain.names()
  await plain.edit(path, 'name: Urban greens', 'name: Urban green people')
  const edited = await deskAt(account, {
    fetch: async (url, init) => {
      if (isSave(init)) await plain.edit(path, 'status: active', 'status: active\nenhanced_name: Meanwhile')
      return await fetch(url, init)
    },
  })
  const applied = await edited.run('apply', { dir: plain.dir })
  expect(applied.out).toContain(`edited    ${path}  the file was changed meanwhile`)
  expect(await plain.text(path)).toMatch(/^version: 1$[^]*^enhanced_name: Meanwhile$/m)
  expect((await plain.run('pull')).out).toContain(`merged    ${path}`)
  expect(await plain.text(path)).toMatch(/^version: 2$[^]*^enhanced_name: Meanwhile$/m)
})

test('a pull follows an audience into the archive, writes no file of others there, and says what is gone', async () => {
  const account = newAccount()
  const followed = await saved(account, { name: 'Followed' })
  const gone = await saved(account, { name: 'Gone' })
  const desk = await deskAt(account)
  await desk.run('pull')
  const before = await saved(account, { name: 'Archived before', status: 'archived' })
  await account.call('PUT', `/api/audiences/${followed.audience_id}/status`, { status: 'archived' })
  await account.call('DELETE', `/api/audiences/${gone.audience_id}`)
  const pulled = await desk.run('pull')
  expect(pulled.code).toBe(1)
  expect(pulled.out).toMatch(/^gone {6}gone-\S+\.yaml {2}aud_\w+ version 1$/m)
  const [followed_path = '', gone_path = ''] = await desk.names()
  expect(await desk.names()).toHaveLength(2)
  expect(await desk.text(followed_path)).toMatch(/^version: 2\nname: Followed\nstatus: archived$/m)
  expect((await desk.run('plan')).out).toContain(`${gone_path}  ${gone.audience_id} version 1 is not there`)
  await desk.run('pull', { archived: true })
  expect((await desk.names()).some((name) => name.endsWith(`${before.audience_id.slice(-8)}.yaml`))).toBe(true)
})

test('while a file cannot be read nobody knows which audience has none, and none is archived', async () => {
  const account = newAccount()
  await saved(account, { name: 'Has a file' })
  const desk = await deskAt(account)
  await desk.run('pull')
  const [path = ''] = await desk.names()
  await desk.edit(path, 'name: Has', '<<<<<<< HEAD\nname: Has')
  const refused = await desk.run('apply', { partial: true, archive_missing: 1 })
  expect(refused.out).toContain('Nothing was applied: 0 audiences have no file, not 1.')
  expect((await everyAudience(account))[0]).toMatchObject({ status: 'active', version: 1 })
})

test('who was first after the plan keeps what they made; the same change made by two is done', async () => {
  const account = newAccount()
  const { audience_id } = await saved(account, { name: 'Shared' })
  const new_id = `${audience_id.slice(0, -4)}0000`
  const plain = await deskAt(account)
  await plain.run('pull')
  const [path = ''] = await plain.names()
  await plain.edit(path, 'name: Shared', 'name: Agreed')
  await plain.write('new.yaml', `audience_id: ${new_id}\nname: Mine\n`)
  let overtaking: Promise<void> | undefined
  const overtake = async (): Promise<void> => {
    await account.call('PATCH', `/api/audiences/${audience_id}`, { name: 'Agreed' })
    await account.call('POST', '/api/audiences', { audience_id: new_id, name: 'Theirs' })
  }
  const overtaken = await deskAt(account, {
    fetch: async (url, init) => {
      if (isSave(init)) await (overtaking ??= overtake())
      return await fetch(url, init)
    },
  })
  const applied = await overtaken.run('apply', { dir: plain.dir })
  expect(applied.out).toContain('it is version 1 now, "Theirs"')
  expect(applied.out).toContain(`applied   ${path}  ${audience_id} version 2`)
  expect(applied.out).toContain('Ended at the first step that was not applied')
  const audiences = await everyAudience(account)
  expect(audiences.map(({ name, version }) => `${name} ${version}`).toSorted()).toEqual(['Agreed 2', 'Theirs 1'])
  expect(await plain.run('apply', { partial: true })).toMatchObject({ code: 1 })
  expect(await plain.text(path)).toMatch(/^version: 2\nname: Agreed$/m)
})

test('what the service would refuse is a fault of the plan, and only where the file differs', async () => {
  const account = newAccount()
  await saved(account, { name: 'Urban greens' })
  const desk = await deskAt(account)
  await desk.run('pull')
  const [path = ''] = await desk.names()
  await desk.edit(path, 'status: active', 'status: draft')
  expect((await desk.run('plan')).out).toContain(
    `fault     ${path}  status draft: an audience that is active can become`,
  )
  await desk.edit(path, 'status: draft', 'status: active')
  await desk.edit(path, 'size: 125000', 'size: -1')
  const planned = await desk.run('plan')
  expect(planned).toMatchObject({ code: 1 })
  expect(planned.out).toMatch(/^fault {5}urban\S+:\d+:\d+ {2}segments\[0\]\.size must be at least 0$/m)
})

test('a checkout that nobody keeps creates nothing from a file without an id', async () => {
  const account = newAccount()
  const desk = await deskAt(account)
  await desk.run('pull')
  await desk.write('new.yaml', 'name: New\n')
  const refused = await desk.run('apply', { keep_files: true })
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.out).toContain('a new file has no audience_id')
  expect(await everyAudience(account)).toEqual([])
  expect(await desk.text('new.yaml')).toBe('name: New\n')
})
