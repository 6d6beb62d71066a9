import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { createRouter } from '#shared/http/request/router.ts'
import { bodyOf, type Running, startToy } from './harness.ts'
import { toyRoutes } from './toy-function.ts'

let toy: Running
beforeAll(async () => {
  toy = await startToy()
})
afterAll(() => toy.close())

/** As node:http sends it: fetch would tidy the path. */
function rawGet(
  path: string,
  method = 'GET',
): Promise<{ status: number; body: string; type: string | undefined; location?: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(toy.url)
    toy.token().then((token) => {
      const headers = { authorization: `Bearer ${token}` }
      const sent = request({ hostname, port, path, method, headers }, (response) => {
        let body = ''
        response.on('data', (chunk) => (body += chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body,
            type: response.headers['content-type'],
            ...(response.headers.location !== undefined && { location: response.headers.location }),
          }),
        )
      })
      sent.on('error', reject).end()
    }, reject)
  })
}

describe('a path', () => {
  test('that is nobody’s is a 404 problem', async () => {
    for (const path of [
      '/api/audiences/a/b/c',
      '/api',
      '/',
      // The framework would answer these itself.
      '/favicon.ico',
      '/robots.txt',
    ]) {
      const { status, type } = await rawGet(path)
      expect([path, status, type]).toEqual([path, 404, 'application/problem+json'])
    }
  })

  test('that is nobody’s says what is here and where the contract is', async () => {
    for (const path of ['/', '/api', '/API', '/audiences', '/api/v1/audiences', '/docs', '/swagger.json', '/..%2f']) {
      const { detail } = JSON.parse((await rawGet(path)).body) as { detail: string }
      expect(detail).toMatch(/^There is nothing at this path\. .*below \/api\/audiences\. .*openapi\.json.*\/docs/)
    }
  })

  test('with other slashes at its ends or in other letters leads to the right one, whatever the method', async () => {
    for (const [sent, method, meant] of [
      ['/api/audiences/', 'GET', '/api/audiences'],
      ['/api/audiences//', 'POST', '/api/audiences'],
      ['//api/audiences?limit=3', 'HEAD', '/api/audiences?limit=3'],
      ['//evil.example.com/api/audiences', 'GET', undefined],
      ['/API/Audiences/Aud_1', 'PATCH', '/api/audiences/Aud_1'],
      ['/api/audiences/x%2F/restore/', 'POST', '/api/audiences/x%2F/restore'],
      ['/api/audiences/Export', 'GET', undefined],
    ] as const) {
      const { location } = await rawGet(sent, method)
      expect([sent, location]).toEqual([sent, meant])
    }
    const { status, body } = await rawGet('/api/audiences/')
    expect([status, JSON.parse(body)]).toMatchObject([308, { success: false, did_you_mean: '/api/audiences' }])
    const followed = await toy.call('/api/audiences/', { method: 'POST', json: { name: 'x' } })
    expect([followed.status, (await bodyOf(followed))['body']]).toMatchObject([201, { name: 'x' }])
  })

  test('that may lack an id leads nowhere else, and says so', async () => {
    for (const [sent, method, meant] of [
      ['/api/audiences//export', 'GET', '/api/audiences/export'],
      ['/api/audiences//restore', 'POST', '/api/audiences/restore'],
      ['/api//audiences', 'GET', '/api/audiences'],
      ['/api/audiences/', 'DELETE', '/api/audiences'],
      ['/api/audiences/', 'PATCH', '/api/audiences'],
    ] as const) {
      const { status, body } = await rawGet(sent, method)
      expect([sent, status]).toEqual([sent, 404])
      const { did_you_mean, detail } = JSON.parse(body) as Record<string, string>
      expect([sent, did_you_mean, detail]).toEqual([sent, meant, expect.stringMatching(/id may be missing/)])
    }
  })

  test('with a literal segment wins over a parameter, whatever the order of the table', async () => {
    const reversed = Object.fromEntries(Object.entries(toyRoutes).reverse())
    for (const routes of [toyRoutes, reversed]) {
      expect(createRouter(routes).match('/api/audiences/export')?.template).toBe('/api/audiences/export')
    }
    expect((await bodyOf(await toy.call('/api/audiences/health')))['status']).toBe('ok')
  })

  test('keeps encoded slashes, dots and NUL as data of one parameter', async () => {
    const hostile = {
      'x%2fexport': 'x/export',
      '..%2f..%2fetc': '../../etc',
      'a%00b': 'a\0b',
      '%2e%2e': '..',
      '..': '..',
      '%F0%9F%98%80': '😀',
      '%65xport': 'export',
    }
    for (const [sent, id] of Object.entries(hostile)) {
      const { status, body } = await rawGet(`/api/audiences/${sent}`)
      expect([sent, status, (JSON.parse(body) as { id: string }).id]).toEqual([sent, 200, id])
    }
  })

  test('that is not valid percent-encoding is a 400 problem, not a page of the framework', async () => {
    for (const path of ['/api/audiences/%', '/api/audiences/%zz', '/api/audiences/%ff', '/api/audiences/%c0%ae']) {
      const { status, type } = await rawGet(path)
      expect([path, status, type]).toEqual([path, 400, 'application/problem+json'])
    }
  })

  test('* has no method but OPTIONS', async () => {
    expect(await rawGet('*', 'OPTIONS')).toEqual({ status: 204, body: '', type: undefined })
    expect(await rawGet('*')).toMatchObject({ status: 404, type: 'application/problem+json' })
  })

  test('of a thousand characters is data', async () => {
    expect((await toy.call(`/api/audiences/${'x'.repeat(1000)}`)).status).toBe(200)
  })

  test('may come with the host in front of it (RFC 9112)', async () => {
    expect((await rawGet('http://elsewhere/api/audiences/a?')).status).toBe(200)
  })
})

describe('a method', () => {
  test('that the path does not have is 405 with Allow', async () => {
    const answer = await toy.call('/api/audiences/a', { method: 'DELETE' })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, PATCH, HEAD, OPTIONS')
    expect((await rawGet('/api/audiences', 'QUERY')).status).toBe(405)
  })

  test('HEAD answers as GET does, without the body', async () => {
    const [head, get] = await Promise.all([
      toy.call('/api/audiences/a', { method: 'HEAD' }),
      toy.call('/api/audiences/a'),
    ])
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    for (const name of ['etag', 'content-type', 'content-length'])
      expect(head.headers.get(name)).toBe(get.headers.get(name))
    expect((await toy.call('/api/audiences/none/at/all', { method: 'HEAD' })).status).toBe(404)
  })
})

describe('a query', () => {
  test('is validated and made of its types', async () => {
    const { query } = await bodyOf(await toy.call('/api/audiences?limit=7&q=a%26b+c%2B&tag=x&tag=y'))
    expect(query).toEqual({ limit: 7, q: 'a&b c+', tag: ['x', 'y'] })
    expect((await bodyOf(await toy.call('/api/audiences?tag=x')))['query']).toMatchObject({ tag: ['x'] })
  })

  test('names every bad, unknown and repeated parameter', async () => {
    const answer = await toy.call('/api/audiences?limit=x&foo=1&q=a&q=b&__proto__=1')
    expect(answer.status).toBe(400)
    expect((await bodyOf(answer))['errors']).toEqual([
      { path: 'q', message: 'may be given only once' },
      { path: 'limit', message: 'must be a whole number from 1 to 200' },
      { path: 'foo', message: 'is not a known field' },
      { path: '__proto__', message: 'is not a known field' },
    ])
  })

  test('with a number out of bounds says the bound, of however many digits', async () => {
    for (const [text, message] of Object.entries({
      1000: 'must be at most 200',
      201: 'must be at most 200',
      ['9'.repeat(400)]: 'must be at most 200',
      0: 'must be at least 1',
      '-1': 'must be at least 1',
      [`-${'9'.repeat(400)}`]: 'must be at least 1',
      '1.5': 'must be a whole number from 1 to 200',
      '1e2': 'must be a whole number from 1 to 200',
      '%2B5': 'must be a whole number from 1 to 200',
      '': 'must be a whole number from 1 to 200',
    })) {
      const answer = await toy.call(`/api/audiences?limit=${text}`)
      expect([text, (await bodyOf(answer))['errors']]).toEqual([text, [{ path: 'limit', message }]])
    }
    expect((await bodyOf(await toy.call('/api/audiences?limit=007')))['query']).toEqual({ limit: 7 })
  })

  test('that is not valid percent-encoding is 400', async () => {
    expect((await rawGet('/api/audiences?q=%zz')).status).toBe(400)
    expect((await rawGet('/api/audiences?%ff=1')).status).toBe(400)
  })

  test('on a route that takes none is refused by name', async () => {
    const answer = await toy.call('/api/audiences/a?verbose=1')
    expect((await bodyOf(answer))['errors']).toEqual([{ path: 'verbose', message: 'is not a known field' }])
  })
})

describe('what is not HTTP', () => {
  test('is answered as a problem too: too many headers', async () => {
    const answer = await toy.call('/api/audiences', { headers: { 'x-big': 'a'.repeat(20_000) } })
    expect(answer.status).toBe(413)
    expect((await bodyOf(answer))['type']).toBe('/problems/too-large')
  })
})
