import { describe, expect, expectTypeOf, test } from 'vitest'
import * as z from 'zod/mini'

import { type CalledRoute, ROUTE_LINES, type RouteLine } from '#shared/client/api/route-lines.ts'
import { audienceRoutes } from '#shared/contract/audiences.ts'
import { distributionRoutes } from '#shared/contract/distributions.ts'
import { flagsRoutes } from '#shared/contract/flags.ts'
import { insightRoutes } from '#shared/contract/insights.ts'
import { platformRoutes } from '#shared/contract/platforms.ts'
import { syncRoutes } from '#shared/contract/sync.ts'
import { apiAnsweredBy, json, NO_PLATFORMS, problem } from './harness.ts'

const AUDIENCE = { success: true, audience: { audience_id: 'aud_1', version: 3 } }

describe('a call', () => {
  test('is the request that its route asks for', async () => {
    const { run, sent } = apiAnsweredBy([() => json({ ...AUDIENCE, audience_id: 'aud_1', message: 'ok' })], {
      origins: 'https://api.test/',
      clientId: () => 'cli_1',
      token: () => Promise.resolve('token'),
    })
    await run(({ audiences }) =>
      audiences.saveAudience({ body: { name: 'A' }, if_match: 3, idempotency_key: 'key', attempts_max: 1 }),
    )
    expect(sent).toEqual([
      {
        url: 'https://api.test/api/audiences',
        method: 'POST',
        headers: {
          'Client-Id': 'cli_1',
          'Content-Type': 'application/json',
          'Idempotency-Key': 'key',
          'If-Match': '"3"',
          Authorization: 'Bearer token',
        },
        body: { name: 'A' },
        at_ms: 0,
      },
    ])
  })

  test('puts parameters into the path and the query, encoded', async () => {
    const { run, sent } = apiAnsweredBy([() => json({})])
    await run(async ({ audiences, distributions }) => {
      await audiences.getAudienceVersion({ params: { audience_id: 'a/b ü', version: 3 } })
      await distributions.listDistributions({
        query: { limit: 5, from: '2025-05-01', status: undefined, cursor: 'a&b' },
      })
    })
    expect(sent.map(({ url }) => url)).toEqual([
      'https://api.test/api/audiences/a%2Fb%20%C3%BC/versions/3',
      'https://api.test/api/distributions?limit=5&from=2025-05-01&cursor=a%26b',
    ])
    expect(sent[0]?.headers).toEqual({})
  })

  test('goes to the origin of its function', async () => {
    const origins = {
      audiences: 'https://audiences.test',
      platforms: 'https://platforms.test/',
      distributions: 'https://distributions.test',
      insights: 'https://insights.test',
      sync: 'https://sync.test',
      flags: '',
    }
    const { run, sent } = apiAnsweredBy([() => json({})], { origins })
    await run(async ({ platforms, flags }) => {
      await platforms.listPlatforms()
      await flags.getFlags({ query: { client_id: 'cli_1' } })
    })
    expect(sent.map(({ url }) => url)).toEqual(['https://platforms.test/api/platforms', '/api/flags?client_id=cli_1'])
  })

  test('of sync is sent as the client that its body names', async () => {
    const { run, sent } = apiAnsweredBy([() => json({})], { clientId: () => 'cli_account' })
    await run(({ sync }) => sync.push({ body: { client_id: 'cli_guest', acked: 0, mutations: [] } }))
    expect(sent[0]?.headers['Client-Id']).toBe('cli_guest')
  })

  test('gives the body, the entity tag and the headers of a success', async () => {
    const { run } = apiAnsweredBy([() => json(AUDIENCE, 200, { ETag: '"3"', 'X-Request-Id': 'r' })])
    const result = await run(({ audiences }) => audiences.getAudience({ params: { audience_id: 'aud_1' } }))
    expect(result).toMatchObject({ ok: true, status: 200, body: AUDIENCE, etag: '"3"' })
    expect(result.ok && result.headers.get('X-Request-Id')).toBe('r')
  })

  test('that asks whether a record has changed may hear that it has not', async () => {
    const { run, sent } = apiAnsweredBy([() => new Response(null, { status: 304, headers: { ETag: '"3"' } })])
    const params = { audience_id: 'aud_1' }
    const result = await run(({ audiences }) => audiences.getAudience({ params, if_none_match: 3 }))
    expect(sent[0]?.headers['If-None-Match']).toBe('"3"')
    expect(result).toMatchObject({ ok: true, status: 304, body: null, etag: '"3"' })
  })

  test('that deletes has no body', async () => {
    const { run } = apiAnsweredBy([() => new Response(null, { status: 204 })])
    const result = await run(({ audiences }) => audiences.deleteAudience({ params: { audience_id: 'aud_1' } }))
    expect(result).toMatchObject({ ok: true, status: 204, body: null })
  })

  test('of a download gives the file, its name and its type', async () => {
    const headers = {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="a.csv"; filename*=UTF-8''%C3%A4.csv`,
    }
    const { run } = apiAnsweredBy([() => new Response('a,b\n', { headers })])
    const result = await run(({ audiences }) => audiences.exportAudiences({ query: { format: 'csv' } }))
    if (!result.ok) throw new Error(result.problem.detail)
    expect(result.body).toMatchObject({ file_name: 'ä.csv', media_type: 'text/csv' })
    const read = await result.body.blob()
    expect(read.ok && (await read.blob.text())).toBe('a,b\n')
    // It can be read once.
    expect(await result.body.blob()).toMatchObject({ ok: false, problem: { kind: 'offline' } })
  })

  test('of a download that is refused or cut off has a problem', async () => {
    const cut = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new TypeError('terminated')) })
    const answers = [
      () => problem('not-found', 404),
      () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } }),
      () => new Response(cut, { headers: { 'Content-Type': 'application/json' } }),
    ]
    const { run } = apiAnsweredBy(answers)
    const params = { audience_id: 'aud_1' }
    const download = () => run(({ audiences }) => audiences.exportAudience({ params }))
    expect(await download()).toMatchObject({ ok: false, problem: { kind: 'not-found', is_outcome_unknown: false } })
    expect(await download()).toMatchObject({ ok: false, problem: { kind: 'not-an-answer' } })
    const begun = await download()
    if (!begun.ok) throw new Error(begun.problem.detail)
    expect(begun.body.file_name).toBeNull()
    expect(await begun.body.blob()).toMatchObject({
      ok: false,
      problem: { kind: 'offline', is_outcome_unknown: false },
    })
  })
})

describe('the types of calls', () => {
  const { api } = apiAnsweredBy([() => json(NO_PLATFORMS)])

  test('follow from the schemas of the contract', () => {
    type Saved = Extract<Awaited<ReturnType<typeof api.audiences.saveAudience>>, { ok: true }>
    expectTypeOf<Saved['status']>().toEqualTypeOf<200 | 201>()
    expectTypeOf<Saved['body']['audience']['total_audience_size']>().toEqualTypeOf<number | null>()
    type Deleted = Extract<Awaited<ReturnType<typeof api.platforms.deletePlatform>>, { ok: true }>
    expectTypeOf<Deleted['body']>().toEqualTypeOf<null>()
    type Past = Extract<Awaited<ReturnType<typeof api.audiences.getAudienceVersion>>, { ok: true }>
    expectTypeOf<Past['body']['restorable']>().toEqualTypeOf<boolean>()
    type Pushed = Extract<Awaited<ReturnType<typeof api.sync.push>>, { ok: true }>
    expectTypeOf<Pushed['body']['results'][number]['seq']>().toEqualTypeOf<number>()
  })

  test('refuse a wrong member', () => {
    const params = { audience_id: 'a' }
    const wrong = (): unknown[] => [
      // @ts-expect-error a parameter of the path is missing
      api.audiences.getAudience({}),
      // @ts-expect-error the path has no such parameter
      api.audiences.getAudience({ params: { platform_id: 'p' } }),
      // @ts-expect-error the body is missing
      api.audiences.saveAudience({}),
      // @ts-expect-error a name is text
      api.audiences.saveAudience({ body: { name: 1 } }),
      // @ts-expect-error there is no such member
      api.audiences.saveAudience({ body: { name: 'A', colour: 'red' } }),
      // @ts-expect-error there is no such status
      api.audiences.listAudiences({ query: { status: 'asleep' } }),
      // @ts-expect-error there is no such parameter of the query
      api.audiences.listAudiences({ query: { page: 1 } }),
      // @ts-expect-error a status is not changed by key
      api.audiences.setAudienceStatus({ params, body: { status: 'draft' }, idempotency_key: 'k' }),
      // @ts-expect-error a list has no version
      api.audiences.listAudiences({ if_match: 1 }),
      // @ts-expect-error a list is never unchanged
      api.platforms.listPlatforms({ if_none_match: 1 }),
      // @ts-expect-error operators' routes are none of a user
      api.maintenance,
    ]
    expect(wrong).toBeTypeOf('function')
  })
})

const ROUTES: Readonly<Record<string, Readonly<Record<string, CalledRoute>>>> = {
  audiences: audienceRoutes,
  platforms: platformRoutes,
  distributions: distributionRoutes,
  insights: insightRoutes,
  sync: syncRoutes,
  flags: flagsRoutes,
}

test('every route of the contract has its line, and asks for no member that an answer may lack', () => {
  const told = Object.entries(ROUTES).flatMap(([name, table]) =>
    Object.entries(table).map(([route, { method, path, answers }]) => {
      const kind = answers[200]?.media_types !== undefined ? 'a file' : answers[204] ? 'nothing' : 'json'
      return [`${name}.${route}`, method, path, kind]
    }),
  )
  const known = Object.entries(ROUTE_LINES).flatMap(([name, lines]) =>
    Object.entries<RouteLine>(lines).map(([route, { method, path, is_download, has = [] }]) => {
      return [`${name}.${route}`, method, path, is_download ? 'a file' : has.length === 0 ? 'nothing' : 'json']
    }),
  )
  expect(known).toEqual(told)

  const lacking = Object.entries(ROUTE_LINES).flatMap(([name, lines]) =>
    Object.entries<RouteLine>(lines).flatMap(([route, { has = [] }]) =>
      Object.values(ROUTES[name]![route]!.answers).flatMap(({ body }) => {
        const sure = body === undefined ? has : requiredMembers(body)
        return has.filter((member) => !sure.includes(member)).map((member) => `${name}.${route}: ${member}`)
      }),
    ),
  )
  expect(lacking).toEqual([])
})

function requiredMembers(schema: z.ZodMiniType): readonly string[] {
  const { required = [] } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })
  return required
}
