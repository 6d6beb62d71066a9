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
function rawGet(path: string, method = 'GET'): Promise<{ status: number; body: string; type: string | undefined }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(toy.url)
    toy.token().then((token) => {
      const headers = { authorization: `Bearer ${token}` }
      const sent = request({ hostname, port, path, method, headers }, (response) => {
        let body = ''
        response.on('data', (chunk) => (body += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body, type: response.headers['content-type'] }),
        )
      })
      sent.on('error', reject).end()
    }, reject)
  })
}

describe('a path', () => {
  test('that is nobody’s is a 404 problem', async () => {
    for (const path of [
      '/api/audiences/',
      '/api/audiences/a/b/c',
      '/api',
      '/',
      '/api/audiences/a/restore/',
      '//api/audiences',
      // The framework would answer these itself.
      '/favicon.ico',
      '/robots.txt',
    ]) {
      const { status, type } = await rawGet(path)
      expect([path, status, type]).toEqual([path, 404, 'application/problem+json'])
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
      { path: 'limit', message: 'must be a number' },
      { path: 'foo', message: 'is not a known field' },
      { path: '__proto__', message: 'is not a known field' },
    ])
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
