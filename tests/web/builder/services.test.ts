import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

import { EMPTY_DRAFT } from '#functions/web/app/pages/builder/model/draft.ts'
import { suggestedSegments, suggestedVariables } from '#functions/web/app/pages/builder/model/services.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { ManualClock } from '#tests/http/manual-clock.ts'

const DRAFT = { ...EMPTY_DRAFT, words: ' people who moved ', data_type: 'third_party' as const }
const URL = 'https://suggest.example.com/variables'

function asking(fetch: typeof globalThis.fetch) {
  const clock = new ManualClock(0)
  const stop = new AbortController()
  return { clock, stop, ports: { fetch, clock, signal: stop.signal } }
}

const answering = (body: string, status = 200) =>
  asking(async () => await Promise.resolve(new Response(body, { status })))

describe('a suggestion service', () => {
  it('gets the description and the data type, and nothing of who is signed in', async () => {
    const calls: { url: unknown; init: RequestInit | undefined }[] = []
    const { ports } = asking(async (url, init) => {
      calls.push({ url, init })
      return await Promise.resolve(Response.json({ variables: [{ code: 'PET_DOG', relevance_score: 0.9 }] }))
    })
    const outcome = await suggestedVariables(URL, DRAFT, ports)
    expect(outcome).toMatchObject({ ok: true, found: { variables: [{ code: 'PET_DOG', relevance: '90' }] } })
    expect(calls).toMatchObject([{ url: URL, init: { method: 'POST', credentials: 'omit' } }])
    expect(JSON.parse(calls[0]!.init!.body as string)).toEqual({ query: 'people who moved', data_type: 'third_party' })
  })

  it.each([
    ['a refusal', 'no', 503, 'The service refused: answer 503.'],
    ['a page', '<!doctype html>', 200, 'The service answered with something that is not JSON.'],
    ['nonsense', '{"variables": 7}', 200, 'The service answered without any variable that we can read.'],
    ['nothing', '[]', 200, 'The service answered without any variable that we can read.'],
  ])('that answers with %s is told in words', async (_what, body, status, words) => {
    expect(await suggestedVariables(URL, DRAFT, answering(body, status).ports)).toEqual({ ok: false, words })
  })

  it('that cannot be reached is told in words', async () => {
    const { ports } = asking(() => Promise.reject(new TypeError('failed')))
    expect(await suggestedVariables(URL, DRAFT, ports)).toEqual({
      ok: false,
      words: 'The service could not be reached from here.',
    })
  })

  it('that answers without end is cut off', async () => {
    const body = `["${'x'.repeat(5_000_000)}"]`
    const words = 'The service answered with more than we take: 5 MB at most.'
    expect(await suggestedVariables(URL, DRAFT, answering(body).ports)).toEqual({ ok: false, words })
  })

  it('that does not answer is given up after 30 seconds', async () => {
    let is_aborted = false
    const { clock, ports } = asking(
      (_url, init) =>
        new Promise((_resolve, reject) => {
          init!.signal!.addEventListener('abort', () => {
            is_aborted = true
            reject(new TypeError('aborted'))
          })
        }),
    )
    const outcome = suggestedVariables(URL, DRAFT, ports)
    clock.advance(30_000)
    expect(await outcome).toEqual({ ok: false, words: 'The service did not answer within 30 seconds.' })
    expect(is_aborted).toBe(true)
  })
})

describe('a service that counts', () => {
  it('gives segments their sizes, unknown ones as unknown, and tells what cannot be read', async () => {
    const answer = JSON.stringify({ segments: [{ name: 'Movers', size: 184_200 }, { name: 'Settled' }, { size: 5 }] })
    expect(await suggestedSegments(URL, DRAFT, answering(answer).ports)).toMatchObject({
      ok: true,
      found: {
        segments: [
          { name: 'Movers', size: '184200' },
          { name: 'Settled', size: '' },
        ],
        left_out: ['Segment 3: it has no name.'],
      },
    })
  })
})

describe('the guide for those who run such a service', async () => {
  const guide = await readFile(`${PROJECT_ROOT}/infra/docs/guides/app-services.md`, 'utf8')
  const blocks = [...guide.matchAll(/```json\n(.*?)\n```/gs)].map(([, json]) => JSON.parse(json!) as object)

  it('has answers that are read whole', async () => {
    const [, variables, , segments] = blocks.map((block) => JSON.stringify(block))
    expect(await suggestedVariables(URL, DRAFT, answering(variables!).ports)).toMatchObject({
      ok: true,
      found: { variables: [{ code: 'PET_DOG', relevance: '95', type: 'demographic' }], left_out: [] },
    })
    expect(await suggestedSegments(URL, DRAFT, answering(segments!).ports)).toMatchObject({
      ok: true,
      found: {
        segments: [
          { name: 'Movers', note: 'Moved in the last 60 days' },
          { name: 'Settled', size: '' },
        ],
        left_out: [],
      },
    })
  })

  it('has requests of the members that are sent', async () => {
    const bodies: object[] = []
    const { ports } = asking(async (_url, init) => {
      bodies.push(JSON.parse(init!.body as string) as object)
      return await Promise.resolve(Response.json([]))
    })
    await suggestedVariables(URL, DRAFT, ports)
    await suggestedSegments(URL, DRAFT, ports)
    expect(bodies.map((body) => Object.keys(body))).toEqual([blocks[0]!, blocks[2]!].map((block) => Object.keys(block)))
  })
})
