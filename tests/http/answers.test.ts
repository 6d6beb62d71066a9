import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { VersionCondition } from '#shared/records/version-condition.ts'
import { bodyOf, type Running, startToy } from './harness.ts'
import { toyState } from './toy-function.ts'

const APP = 'https://app.example.com'

let toy: Running
beforeAll(async () => {
  toy = await startToy()
})
afterAll(() => toy.close())

const fail = (how: string) => toy.call('/api/audiences/fail', { method: 'POST', json: { how } })

describe('every answer', () => {
  test('has the headers that keep it private and harmless', async () => {
    for (const path of ['/api/audiences', '/api/audiences/a', '/nowhere', '/api/audiences/%zz']) {
      const { headers } = await toy.call(path)
      expect(headers.get('cache-control')).toBe('private, no-cache')
      expect(headers.get('vary')).toBe('Authorization, Origin')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-powered-by')).toBeNull()
      expect(headers.get('strict-transport-security')).toBeNull()
    }
  })

  test('of a deployed function asks browsers for https from then on', async () => {
    const OIDC_ISSUERS = '[{"issuer":"https://issuer.example.com","audiences":["app"]}]'
    const deployed = await startToy({ environment: { K_SERVICE: 'audiences', OIDC_ISSUERS } })
    const { headers } = await fetch(`${deployed.url}/api/audiences/health`)
    expect(headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains')
    await deployed.close()
  })

  test('has a request id: the client’s own when it is sane, else the trace’s, else a new one', async () => {
    const id = async (headers: Record<string, string>) =>
      (await toy.call('/api/audiences', { headers })).headers.get('x-request-id')
    expect(await id({ 'x-request-id': 'client-0001' })).toBe('client-0001')
    expect(await id({ 'x-request-id': 'a b"<c>' })).toMatch(/^[0-9a-f]{32}$/)
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
    expect(await id({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).toBe(trace)
    expect(await id({ 'x-cloud-trace-context': `${trace}/123;o=1` })).toBe(trace)
    expect(await id({ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` })).not.toMatch(/^0+$/)
    expect(await id({})).not.toBe(await id({}))
  })
})

describe('a success', () => {
  test('says so first', async () => {
    const text = await (await toy.call('/api/audiences/a')).text()
    expect(text).toBe('{"success":true,"id":"a"}')
  })

  test('304 has no body and keeps the ETag', async () => {
    const answer = await toy.call('/api/audiences/a', { headers: { 'if-none-match': '"1", W/"7"' } })
    expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([304, '', '"7"'])
  })
})

describe('a problem', () => {
  test('has the members of RFC 9457 and those that old clients read', async () => {
    const answer = await fail('contended')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(await bodyOf(answer)).toEqual({
      type: '/problems/contended',
      title: 'Too many simultaneous writers',
      status: 503,
      detail: 'Many writers',
      instance: `urn:request:${answer.headers.get('x-request-id')}`,
      success: false,
      error: 'Many writers',
      outcome: 'unknown',
    })
  })

  test('of ours says nothing of its cause, and the log does', async () => {
    const answer = await fail('boom')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toMatch(/secret|Error|\.ts|line one/)
    const fault = toy.lines.findLast((line) => '@type' in line)
    expect(fault).toMatchObject({ severity: 'ERROR', serviceContext: { service: 'audiences', version: 'local' } })
    expect(fault?.message).toMatch(/^Error: a secret[^]*caused by: Error: line one/)
  })

  test('is made by the function of a failure that it can explain', async () => {
    const answer = await fail('store')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await answer.text()).not.toContain('10.0.0.1')
  })

  test('takes the place of an answer whose header would split it', async () => {
    const answer = await fail('injects')
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.status).toBe(500)
    expect(await bodyOf(answer)).toMatchObject({ type: '/problems/internal' })
  })
})

describe('a request that takes too long', () => {
  test('is 503, says that a write may have landed, and tells the handler', async () => {
    const hurried = await startToy({ request_duration_ms_max: 50 })
    const aborted = toyState.aborted
    const answer = await hurried.call('/api/audiences/fail', { method: 'POST', json: { how: 'slow 10000' } })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await bodyOf(answer)).toMatchObject({ type: '/problems/unavailable', outcome: 'unknown' })
    await expect.poll(() => toyState.aborted).toBe(aborted + 1)
    await hurried.close()
  })

  test('for the client, which goes away, is aborted too', async () => {
    const before = { ...toyState }
    const gone = new AbortController()
    const sent = toy.call('/api/audiences/fail', { method: 'POST', json: { how: 'slow 20000' }, signal: gone.signal })
    await expect.poll(() => toyState.started).toBe(before.started + 1)
    gone.abort()
    await expect(sent).rejects.toThrow(/abort/i)
    await expect.poll(() => toyState.aborted).toBe(before.aborted + 1)
    await expect.poll(() => toy.lines.at(-1)?.['outcome']).toBe('cut-off')
  })
})

describe('a download', () => {
  test('arrives whole, with its own headers and not kept', async () => {
    const answer = await toy.call('/api/audiences/export?how=fine')
    expect(answer.headers.get('content-type')).toBe('text/csv')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await answer.arrayBuffer()).byteLength).toBe(32 * 64 * 1024)
    expect(toy.lines.at(-1)).toMatchObject({ outcome: 'ok', httpRequest: { responseSize: String(32 * 64 * 1024) } })
  })

  test('that fails half-way breaks the connection: no file is silently short', async () => {
    const answer = await toy.call('/api/audiences/export?how=breaks')
    expect(answer.status).toBe(200)
    await expect(answer.arrayBuffer()).rejects.toThrow('terminated')
    await expect.poll(() => toy.lines.some((line) => line.message.includes('half-way'))).toBe(true)
    expect(toy.lines.findLast((line) => line['httpRequest'])).toMatchObject({ outcome: 'cut-off' })
  })

  test('that fails before its first byte is a problem like any other', async () => {
    const answer = await toy.call('/api/audiences/export?how=absent')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'application/problem+json'])
    expect(answer.headers.get('content-disposition')).toBeNull()
  })

  test('is produced no faster than it is taken, and no longer than anyone takes it', async () => {
    const before = { ...toyState }
    const answer = await toy.call('/api/audiences/export?how=endless')
    const reader = answer.body!.getReader()
    await reader.read()
    await reader.cancel()
    await expect.poll(() => toyState.ended_streams).toBe(before.ended_streams + 1)
    expect(toyState.produced_chunks - before.produced_chunks).toBeLessThan(500)
  })

  test('HEAD of it produces nothing', async () => {
    const before = toyState.produced_chunks
    const answer = await toy.call('/api/audiences/export?how=fine', { method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, 'attachment; filename="a.csv"'])
    expect(toyState.produced_chunks).toBe(before)
  })
})

describe('CORS', () => {
  const preflight = (origin: string, path = '/api/audiences/a', asked = 'authorization') =>
    fetch(`${toy.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': asked },
    })

  test('answers a preflight of an allowed origin without a token, for two hours', async () => {
    const answer = await preflight(APP)
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
    expect(answer.headers.get('access-control-allow-methods')).toBe('GET, PATCH, HEAD, OPTIONS')
    expect(answer.headers.get('access-control-allow-headers')).toMatch(
      /^Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Client-Id, traceparent, /,
    )
    expect(answer.headers.get('access-control-max-age')).toBe('7200')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('vary')).toContain('Origin')
  })

  test('allows what monitoring adds to a page’s requests, of W3C and of the vendors, but not any header', async () => {
    const allowed = (await preflight(APP)).headers.get('access-control-allow-headers')!.toLowerCase().split(', ')
    for (const name of ['traceparent', 'tracestate', 'baggage', 'sentry-trace', 'client-id', 'b3', 'uber-trace-id']) {
      expect(allowed).toContain(name)
    }
    for (const name of ['x-b3-traceid', 'x-datadog-trace-id', 'newrelic', 'request-id', 'x-correlation-id']) {
      expect(allowed).toContain(name)
    }
    expect(new Set(allowed).size).toBe(allowed.length)
    for (const name of ['*', 'x-user-id', 'cookie', 'x-forwarded-for', 'x-http-method-override']) {
      expect(allowed).not.toContain(name)
    }
  })

  test('lets a page see why a path is wrong: the preflight for it succeeds', async () => {
    for (const [path, methods] of [
      ['/api/audiences/a/', 'GET, PATCH, HEAD, OPTIONS'],
      ['/nowhere', 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS'],
    ] as const) {
      const answer = await preflight(APP, path)
      expect([path, answer.status, answer.headers.get('access-control-allow-methods')]).toEqual([path, 204, methods])
    }
  })

  test('gives no permission to any other origin, nor to null', async () => {
    for (const origin of [
      'https://evil.example.com',
      'https://app.example.com.evil.com',
      'http://app.example.com',
      'null',
    ]) {
      const answer = await preflight(origin)
      expect([origin, answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([origin, 403, null])
      const read = await toy.call('/api/audiences', { headers: { origin } })
      expect(read.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  test('lets an allowed page read every answer, errors too, and the headers it needs', async () => {
    for (const [path, authorization] of [
      ['/api/audiences', undefined],
      ['/nowhere', undefined],
      ['/api/audiences', 'Bearer x'],
    ] as const) {
      const headers = { origin: APP, ...(authorization && { authorization }) }
      const answer = await toy.call(path, { headers })
      expect(answer.headers.get('access-control-allow-origin')).toBe(APP)
      for (const name of ['ETag', 'Retry-After', 'Idempotency-Replayed', 'Content-Disposition']) {
        expect(answer.headers.get('access-control-expose-headers')).toContain(name)
      }
    }
  })

  test('OPTIONS that is no preflight lists the methods', async () => {
    const answer = await fetch(`${toy.url}/api/audiences`, { method: 'OPTIONS' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'POST, GET, HEAD, OPTIONS'])
  })
})

describe('If-Match and If-None-Match of a change', () => {
  const conditionOf = async (headers: Record<string, string>) => {
    const answer = await toy.call('/api/audiences/a', { method: 'PATCH', json: {}, headers })
    return answer.status === 200 ? (await bodyOf(answer))['condition'] : answer.status
  }
  const ifMatch = async (tags: string) => {
    const condition = await conditionOf({ 'if-match': tags })
    return typeof condition === 'object' ? (condition as VersionCondition).if_match : condition
  }

  test('name versions as a list, with empty elements, in any spacing, or any with *', async () => {
    expect(await ifMatch('"7"')).toEqual([7])
    expect(await ifMatch('"7", "9"')).toEqual([7, 9])
    expect(await ifMatch('"7","9"\t, "10"')).toEqual([7, 9, 10])
    expect(await ifMatch(',"7",, "9",')).toEqual([7, 9])
    expect(await ifMatch(' * ')).toBe('any')
    expect(await ifMatch(Array(500).fill('"7"').join(', '))).toHaveLength(500)
  })
  test('know no version in a tag that no record has; a comma inside quotes separates nothing', async () => {
    for (const tag of ['"x"', '""', '"07"', '"-1"', '"99999999999999999999"', '"7,9"'])
      expect([tag, await ifMatch(tag)]).toEqual([tag, []])
  })
  test('compare strongly and weakly, as RFC 9110 says', async () => {
    expect(await ifMatch('W/"7"')).toEqual([])
    expect(await ifMatch('W/"7", "9"')).toEqual([9])
    expect(await conditionOf({ 'if-none-match': 'W/"7", "9"' })).toEqual({ if_none_match: [7, 9] })
    expect(await conditionOf({ 'if-none-match': '*' })).toEqual({ if_none_match: 'any' })
  })
  test('that are no entity tags are 400', async () => {
    for (const tag of [
      '7',
      '"7',
      '7"',
      'W/7',
      'w/"7"',
      '"7" "9"',
      '"7"; "9"',
      '*, "7"',
      '**',
      '',
      ',',
      "'7'",
      '"a b"',
    ]) {
      expect([tag, await ifMatch(tag)]).toEqual([tag, 400])
      expect([tag, await conditionOf({ 'if-none-match': tag })]).toEqual([tag, 400])
    }
  })
  test('of a read: If-Match is a condition, and an If-None-Match that is none is passed over', async () => {
    const read = (headers: Record<string, string>) => toy.call('/api/audiences/a', { headers })
    expect(await bodyOf(await read({ 'if-match': '"6", "7"' }))).toMatchObject({ condition: { if_match: [6, 7] } })
    expect((await read({ 'if-match': '7' })).status).toBe(400)
    for (const [tags, status] of Object.entries({ '"6","7"': 304, 'W/"7"': 304, '*': 304, '"6,7"': 200, x: 200 })) {
      expect([tags, (await read({ 'if-none-match': tags })).status]).toEqual([tags, status])
    }
  })
})

describe('Idempotency-Key', () => {
  const create = async (key: string, json: unknown, path = '/api/audiences') => {
    const answer = await toy.call(path, { method: 'POST', json, headers: { 'idempotency-key': key } })
    return answer.status < 300 ? ((await bodyOf(answer))['idempotency'] as Record<string, string>) : answer.status
  }
  const hash = expect.stringMatching(/^[0-9a-f]{32}$/) as string

  test('becomes two hashes, of method, path and key, and of the body in any order of its names', async () => {
    const first = await create('k1', { name: 'x', metadata: { a: 1, b: 2 } })
    expect(first).toEqual({ request_hash: hash, body_hash: hash })
    expect(await create('k1', { metadata: { b: 2, a: 1 }, name: 'x' })).toEqual(first)
    expect(await create('k1', { name: 'y' })).toMatchObject({
      request_hash: (first as { request_hash: string }).request_hash,
    })
    expect(await create('k2', { name: 'x', metadata: { a: 1, b: 2 } })).not.toMatchObject({
      request_hash: (first as { request_hash: string }).request_hash,
    })
  })
  test('is one request under any spelling of the path, and another on another path', async () => {
    const a = await create('k', {}, '/api/audiences/aud_1/restore')
    expect(await create('k', {}, '/api/audiences/%61ud_1/restore')).toEqual(a)
    expect(await create('k', {}, '/api/audiences/aud_2/restore')).not.toEqual(a)
  })
  test('must be 1 to 255 visible characters', async () => {
    for (const key of ['a b', 'é', 'x'.repeat(256), ''])
      expect([key, await create(key, { name: 'x' })]).toEqual([key, 400])
    expect(await create('x'.repeat(255), { name: 'x' })).toMatchObject({ request_hash: hash })
  })
})

describe('the health of a function', () => {
  test('is public, and says revision, backend and time', async () => {
    const answer = await fetch(`${toy.url}/api/audiences/health`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await bodyOf(answer)).toEqual({
      success: true,
      status: 'ok',
      storage_backend: 'parquet',
      revision: 'local',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    })
  })

  test('deep tries what the function depends on, at most every 10 s, and is 503 when that fails', async () => {
    let probes = 0
    const sick = await startToy({
      probe: () => {
        probes += 1
        return Promise.reject(new Error('the bucket is away'))
      },
    })
    const health = (query: string) => fetch(`${sick.url}/api/audiences/health${query}`)
    expect((await health('')).status).toBe(200)
    expect((await health('?deep=0')).status).toBe(200)
    expect(probes).toBe(0)
    const answers = await Promise.all([health('?deep=1'), health('?deep=1'), health('?deep=1')])
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
    expect(await bodyOf(answers[0])).toMatchObject({ type: '/problems/unavailable', success: false })
    expect(probes).toBe(1)
    expect((await health('?deep=maybe')).status).toBe(400)
    await sick.close()
  })
})
