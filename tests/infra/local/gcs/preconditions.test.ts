import { describe, expect, test } from 'vitest'
import type { Gcs } from '#infra/local/gcs/server.ts'
import { BUCKET, getText, mustPut, objectUrl, put, start, type RawObject } from './gcs-fixture.ts'

/**
 * Method × precondition × state of the object → status, as documented at
 * https://cloud.google.com/storage/docs/request-preconditions. `same` is the live object's own number, `other` one
 * that no object has.
 */
type Value = 'same' | 'other' | 'zero'
type State = 'live' | 'absent'

const CONDITIONS = [
  'ifGenerationMatch',
  'ifGenerationNotMatch',
  'ifMetagenerationMatch',
  'ifMetagenerationNotMatch',
] as const
type Condition = (typeof CONDITIONS)[number]

type Send = (gcs: Gcs, query: Record<string, string>) => Promise<Response>

const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

const action = (gcs: Gcs, name: string, path: string, query: Record<string, string>) =>
  objectUrl(gcs, name, query).replace('?', `/${path}?`)

async function resumable(gcs: Gcs, query: Record<string, string>): Promise<Response> {
  const parameters = new URLSearchParams({ uploadType: 'resumable', name: 'target', ...query })
  const started = await post(`${gcs.url}/upload/storage/v1/b/${BUCKET}/o?${parameters.toString()}`, {})
  if (started.status !== 200) return started
  return fetch(started.headers.get('location') ?? '', { method: 'PUT', body: 'resumed' })
}

async function multipart(gcs: Gcs, query: Record<string, string>): Promise<Response> {
  const parameters = new URLSearchParams({ uploadType: 'multipart', name: 'target', ...query })
  const body = '--b\r\ncontent-type: application/json\r\n\r\n{}\r\n--b\r\n\r\nparts\r\n--b--\r\n'
  const headers = { 'content-type': 'multipart/related; boundary=b' }
  return fetch(`${gcs.url}/upload/storage/v1/b/${BUCKET}/o?${parameters.toString()}`, { method: 'POST', body, headers })
}

/** Methods that make the object `target`, whether or not it is there. */
const MAKING: Record<string, Send> = {
  'simple insert': (gcs, query) => put(gcs, 'target', 'inserted', query),
  'multipart insert': multipart,
  'resumable insert': resumable,
  copy: (gcs, query) => post(action(gcs, 'source', `copyTo/b/${BUCKET}/o/target`, query), {}),
  rewrite: (gcs, query) => post(action(gcs, 'source', `rewriteTo/b/${BUCKET}/o/target`, query), {}),
  compose: (gcs, query) => post(action(gcs, 'target', 'compose', query), { sourceObjects: [{ name: 'source' }] }),
}

/** Methods that need the object. */
const CHANGING: Record<string, Send> = {
  patch: (gcs, query) =>
    fetch(objectUrl(gcs, 'target', query), { method: 'PATCH', body: JSON.stringify({ contentType: 'text/plain' }) }),
  update: (gcs, query) => fetch(objectUrl(gcs, 'target', query), { method: 'PUT', body: '{}' }),
  delete: (gcs, query) => fetch(objectUrl(gcs, 'target', query), { method: 'DELETE' }),
}

const READING: Record<string, Send> = {
  'media get': (gcs, query) => fetch(objectUrl(gcs, 'target', { alt: 'media', ...query })),
  'media get by the download path': (gcs, query) =>
    fetch(objectUrl(gcs, 'target', { alt: 'media', ...query }).replace('/storage/v1', '/download/storage/v1')),
  'metadata get': (gcs, query) => fetch(objectUrl(gcs, 'target', query)),
}

/** What holds: [state, condition, value]. All else is refused. `zero` for a generation means "absent". */
function holds(state: State, condition: Condition, value: Value): boolean {
  const equal = state === 'live' ? value === 'same' : value === 'zero' && condition.startsWith('ifGeneration')
  return condition.endsWith('NotMatch') ? !equal : equal
}

function expectedStatus(kind: 'making' | 'changing' | 'reading', state: State, condition: Condition, value: Value) {
  if (state === 'absent' && kind !== 'making') return 404
  if (holds(state, condition, value)) return 200
  return kind === 'reading' && condition.endsWith('NotMatch') ? 304 : 412
}

async function arrange(gcs: Gcs, state: State): Promise<RawObject> {
  await mustPut(gcs, 'source', 'source')
  const target = await mustPut(gcs, 'target', 'before')
  if (state === 'absent') await fetch(objectUrl(gcs, 'target'), { method: 'DELETE' })
  return target
}

const cases = (['live', 'absent'] as const).flatMap((state) =>
  CONDITIONS.flatMap((condition) => (['same', 'other', 'zero'] as const).map((value) => ({ state, condition, value }))),
)

for (const [kind, methods] of Object.entries({ making: MAKING, changing: CHANGING, reading: READING })) {
  for (const [method, send] of Object.entries(methods)) {
    describe(`preconditions of ${method}`, () => {
      test.each(cases)('$condition = $value on an object that is $state', async ({ state, condition, value }) => {
        const gcs = await start()
        const target = await arrange(gcs, state)
        const own = condition.includes('Metageneration') ? target.metageneration : target.generation
        const number = value === 'same' ? own : value === 'other' ? '12345' : '0'
        const response = await send(gcs, { [condition]: number })
        const expected = expectedStatus(kind as 'making', state, condition, value)
        expect(response.status === 204 ? 200 : response.status).toBe(expected)
        const body = await response.text()
        expect(body.includes('"reason":"conditionNotMet"')).toBe(expected === 412)
        // A refusal changes nothing: the object is as it was, or still not there.
        const after = await getText(gcs, 'target')
        const is_unchanged = after.text.includes(state === 'live' ? 'before' : 'No such object')
        expect(is_unchanged || expected === 200).toBe(true)
      })
    })
  }
}

describe('preconditions on the source of a copy', () => {
  test.each([
    ['ifSourceGenerationMatch', 'same', 200],
    ['ifSourceGenerationMatch', 'other', 412],
    ['ifSourceGenerationNotMatch', 'same', 412],
    ['ifSourceGenerationNotMatch', 'other', 200],
    ['ifSourceMetagenerationMatch', 'same', 200],
    ['ifSourceMetagenerationMatch', 'other', 412],
    ['ifSourceMetagenerationNotMatch', 'same', 412],
    ['ifSourceMetagenerationNotMatch', 'other', 200],
  ])('%s = %s → %i', async (condition, value, status) => {
    const gcs = await start()
    const source = await mustPut(gcs, 'source', 'source')
    const own = condition.includes('Metageneration') ? source.metageneration : source.generation
    const response = await MAKING['rewrite']?.(gcs, { [condition]: value === 'same' ? own : '12345' })
    expect(response?.status).toBe(status)
  })

  test('a compose refuses a source that is not the generation its precondition names', async () => {
    const gcs = await start()
    await mustPut(gcs, 'source', 'source')
    const sourceObjects = [{ name: 'source', objectPreconditions: { ifGenerationMatch: '1' } }]
    expect((await post(action(gcs, 'target', 'compose', {}), { sourceObjects })).status).toBe(412)
  })
})

describe('preconditions in general', () => {
  test('a match and a not-match must both hold, and the failed match answers first', async () => {
    const gcs = await start()
    const { generation } = await mustPut(gcs, 'target', 'x')
    const both = { ifGenerationMatch: '1', ifGenerationNotMatch: generation }
    expect((await getText(gcs, 'target', both)).status).toBe(412)
  })

  test('a 304 has no body', async () => {
    const gcs = await start()
    const { generation } = await mustPut(gcs, 'target', 'x')
    const answer = await getText(gcs, 'target', { ifGenerationNotMatch: generation })
    expect(answer).toMatchObject({ status: 304, text: '' })
  })

  test('a precondition that is no number is a 400', async () => {
    const gcs = await start()
    expect((await put(gcs, 'target', 'x', { ifGenerationMatch: 'latest' })).status).toBe(400)
  })

  test('of many concurrent creations with ifGenerationMatch=0 exactly one succeeds', async () => {
    const gcs = await start()
    const attempts = Array.from({ length: 20 }, (_, index) =>
      put(gcs, 'race', String(index), { ifGenerationMatch: '0' }),
    )
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 412)).toHaveLength(19)
  })

  test('a precondition on a noncurrent generation is compared with that version', async () => {
    const gcs = await start()
    const { generation } = await mustPut(gcs, 'target', 'old')
    await mustPut(gcs, 'target', 'new')
    expect((await getText(gcs, 'target', { generation, ifGenerationMatch: generation })).text).toBe('old')
    expect((await getText(gcs, 'target', { generation, ifGenerationNotMatch: generation })).status).toBe(304)
  })
})
