import { expect, test } from 'vitest'

import type { Fetch } from '#shared/client/api/attempt.ts'
import { everyAudience, saved } from '#tests/functions/audiences/harness.ts'
import { fasterClock } from '#tests/support/clock.ts'
import { audiencesInTest, deskAt, textsOf } from './harness.ts'

const isSave = (init: RequestInit) => init.method === 'POST'

test('an edit in a file becomes a version of its audience, and a pull after it changes no byte', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { name: 'Urban greens' })
  await saved(running, { name: 'Left alone' })
  const desk = await deskAt(running)
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
  const { body } = await running.call('GET', `/api/audiences/${audience_id}/versions`)
  expect(body.versions[0]).toMatchObject({ version: 2, via: 'api', by: 'demo_user', changed: ['name', 'segments'] })
})

test('a new file makes one audience, also when no answer comes and the command is typed again', async () => {
  const running = await audiencesInTest()
  const lost: Fetch = async (url, init) => {
    const answer = await fetch(url, init)
    if (isSave(init)) throw new TypeError('the answer is lost')
    return answer
  }
  const desk = await deskAt(running, { fetch: lost, clock: fasterClock(1000) })
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
  expect(await everyAudience(running)).toHaveLength(1)
})

test('a file of an old version blocks all, says who changed what since, and a pull merges what both can have', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { name: 'Contested', description: 'first' })
  const other = await saved(running, { name: 'Other' })
  const desk = await deskAt(running)
  await desk.run('pull')
  const [contested = '', other_path = ''] = await desk.names()
  await running.call('PATCH', `/api/audiences/${audience_id}`, { description: 'in the app' })
  await desk.edit(contested, 'name: Contested', 'name: In the file')
  await desk.edit(other_path, 'name: Other', 'name: Renamed')

  const refused = await desk.run('apply')
  expect(refused.code).toBe(1)
  expect(refused.out).toMatch(/has version 2, the file is of version 1; they differ: name, description\n/)
  expect(refused.out).toMatch(/version 2 {2}20\S+ {2}demo_user via api changed description\n/)
  expect(refused.out).toContain('Nothing was applied')
  expect(await desk.run('apply', { partial: true })).toMatchObject({ code: 1 })
  const name = async (id: string) => (await running.call('GET', `/api/audiences/${id}`)).body.audience.name
  expect(await name(other.audience_id)).toBe('Renamed')
  expect(await name(audience_id)).toBe('Contested')

  expect((await desk.run('pull')).out).toContain(`merged    ${contested}`)
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  const { body } = await running.call('GET', `/api/audiences/${audience_id}`)
  expect(body.audience).toMatchObject({ name: 'In the file', description: 'in the app', version: 3 })
})

test('what both sides changed is left to a person, who insists by giving the version', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { name: 'Contested' })
  const desk = await deskAt(running)
  await desk.run('pull')
  const [path = ''] = await desk.names()
  await running.call('PATCH', `/api/audiences/${audience_id}`, { name: 'In the app' })
  await desk.edit(path, 'name: Contested', 'name: In the file')
  const edited = await desk.text(path)

  const pulled = await desk.run('pull')
  expect(pulled).toMatchObject({ code: 1 })
  expect(pulled.out).toContain(`both      ${path}  ${audience_id} version 2: name\n`)
  expect(await desk.text(path)).toBe(edited)
  await desk.edit(path, 'version: 1', 'version: 2')
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect((await running.call('GET', `/api/audiences/${audience_id}`)).body.audience.name).toBe('In the file')

  await desk.edit(path, 'In the file', 'Nobody wants it')
  expect((await desk.run('pull')).out).toContain(`edited    ${path}`)
  expect(await desk.run('pull', { discard_edits: true })).toMatchObject({ code: 0 })
  expect(await desk.text(path)).toContain('name: In the file')
})

test('two people who apply at the same moment lose nothing: the later one is told', async () => {
  const running = await audiencesInTest()
  await saved(running, { name: 'Contested', description: 'first' })
  const first = await deskAt(running)
  const gate = Promise.withResolvers<void>()
  const at_gate = Promise.withResolvers<void>()
  const second = await deskAt(running, {
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
  const [audience] = await everyAudience(running)
  expect(audience).toMatchObject({ name: 'By the first', description: 'by the second', version: 3 })
})

test('a removed file archives its audience only by the right number, and never deletes', async () => {
  const running = await audiencesInTest()
  const { audience_id } = await saved(running, { name: 'Kept' })
  const desk = await deskAt(running)
  await desk.run('pull')
  const gone = await saved(running, { name: 'Without a file' })
  const planned = await desk.run('plan')
  expect(planned.code).toBe(0)
  expect(planned.out).toContain(`no file   ${gone.audience_id} version 1  "Without a file"`)
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  const wrong = await desk.run('apply', { archive_missing: 2 })
  expect(wrong.out).toContain('1 audiences have no file, not 2')
  const statuses = async () =>
    Object.fromEntries((await everyAudience(running)).map((one) => [one.audience_id, one.status]))
  expect(await statuses()).toEqual({ [audience_id]: 'active', [gone.audience_id]: 'active' })
  expect(await desk.run('apply', { archive_missing: 1 })).toMatchObject({ code: 0 })
  expect(await statuses()).toEqual({ [audience_id]: 'active', [gone.audience_id]: 'archived' })
})

test('an expired token and Ctrl+C end a run between two records, and the next run goes on', async () => {
  const running = await audiencesInTest()
  const desk = await deskAt(running)
  await desk.run('pull')
  for (const at of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']) await desk.write(`${at}.yaml`, `name: ${at}\n`)
  await desk.run('ids')
  const stop = new AbortController()
  const ended = await deskAt(running, {
    signal: stop.signal,
    fetch: async (url, init) => {
      if (isSave(init)) stop.abort()
      return await fetch(url, init)
    },
  })
  const stopped = await ended.run('apply', { dir: desk.dir })
  expect(stopped).toMatchObject({ code: 1 })
  expect(stopped.out).toContain('Stopped. A second run goes on from here.')
  const between = (await everyAudience(running)).length
  expect(between).toBeGreaterThan(0)
  expect(between).toBeLessThan(10)

  const expired = await deskAt(running, {
    fetch: async (url, init) =>
      isSave(init) ? await fetch(url, { ...init, headers: { 'Content-Type': 'application/json' } }) : fetch(url, init),
  })
  expect((await expired.run('apply', { dir: desk.dir })).out).toContain('The token is not accepted')
  expect(await desk.run('apply')).toMatchObject({ code: 0 })
  expect(
    (await everyAudience(running))
      .map(({ name }) => name)
      .toSorted()
      .join(''),
  ).toBe('abcdefghij')
})

test('a busy service is asked again after the time that it names', async () => {
  const running = await audiencesInTest()
  let refused = 0
  const desk = await deskAt(running, {
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
