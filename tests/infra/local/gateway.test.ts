import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { createGateway, type Mounts } from '#infra/local/gateway.ts'
import { OPENAPI_PATH } from '#infra/generate/openapi.ts'
import { PROJECT_ROOT } from '#infra/project-root.ts'
import { bodyOf, closed, listening } from '#tests/http/harness.ts'

/** The gateway in front of functions that only say which path they were asked for. */

const openapi = readFileSync(join(PROJECT_ROOT, OPENAPI_PATH), 'utf8')
let server: Server
let with_app: Server
let url: string
let url_with_app: string

const namedListener =
  (name?: string): RequestListener =>
  ({ url: target, method }, response) =>
    response.end(JSON.stringify({ name, target, method }))

function gatewayOf(functions: Mounts['functions']): Server {
  const issuer: RequestListener = (_request, response) => response.end('{"issuer":true}')
  return createServer(createGateway({ functions, issuer, index: () => ({ name: 'index' }), openapi }))
}

beforeAll(async () => {
  server = gatewayOf({ audiences: namedListener() })
  with_app = gatewayOf({ audiences: namedListener(), web: namedListener('web') })
  url = await listening(server)
  url_with_app = await listening(with_app)
})
afterAll(async () => {
  await closed(server)
  await closed(with_app)
})

const get = (path: string, init: RequestInit = {}) => fetch(`${url}${path}`, { redirect: 'manual', ...init })

test("the app gets / and every path that is nobody else's, and never one of the API", async () => {
  for (const path of [
    '/',
    '/platforms',
    '/assets/x.js',
    '/config.json',
    '/nothing',
    '/api/web/health',
    '//a.example/',
  ]) {
    expect(await bodyOf(await fetch(`${url_with_app}${path}`))).toMatchObject({ name: 'web', target: path })
  }
  for (const path of ['/api', '/docs', '/local/token', '/api/audiences', '/favicon.ico']) {
    const text = await (await fetch(`${url_with_app}${path}`)).text()
    expect([path, text.includes('"name":"web"')]).toEqual([path, false])
  }
  for (const path of ['/api/unknown', '/API/webs', '/api/audiencesx']) {
    expect(await bodyOf(await fetch(`${url_with_app}${path}`))).toMatchObject({ type: '/problems/not-found' })
  }
})

test('/ and /api list the addresses where the app has an origin of its own', async () => {
  for (const path of ['/', '/api']) expect(await bodyOf(await get(path))).toEqual({ name: 'index' })
})

test('/docs shows every operation of the contract, runs no script and loads nothing from elsewhere', async () => {
  const answer = await get('/docs')
  const html = await answer.text()
  const { paths } = JSON.parse(openapi) as { paths: Record<string, Record<string, { operationId: string }>> }
  for (const [path, methods] of Object.entries(paths)) {
    expect(html).toContain(`<code>${path}</code>`)
    for (const { operationId } of Object.values(methods)) expect(html).toContain(`<details id="${operationId}">`)
  }
  for (const access of ['Needs no token.', 'Takes a token of a user, or none.', 'Needs a token of operator.']) {
    expect(html).toContain(access)
  }
  expect(html).not.toMatch(/<script|\son\w+=|style="|https?:\/\/(?!json-schema)[^"<]*"|@import|url\(/)
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')

  const policy = answer.headers.get('content-security-policy')!
  const [, style = ''] = /<style>([^]*?)<\/style>/.exec(html)!
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain(`style-src 'sha256-${hash('sha256', style, 'base64')}'`)
  expect(policy).not.toContain('unsafe')
})

test('a browser finds an icon, and a robot that nothing is for it', async () => {
  expect((await get('/favicon.ico')).headers.get('content-type')).toBe('image/svg+xml')
  expect(await (await get('/robots.txt')).text()).toContain('Disallow: /')
})

test('paths with other slashes or letters lead to the right one, of the functions and of its own', async () => {
  for (const [sent, meant] of Object.entries({
    '/docs/': '/docs',
    '/Docs?x=1': '/docs?x=1',
    '/api/': '/api',
    '//openapi.json': '/openapi.json',
    '//api/audiences?limit=3': '/api/audiences?limit=3',
    '/API/Audiences/Aud_1/': '/api/audiences/Aud_1/',
    '/api//audiences': '/api/audiences',
  })) {
    const answer = await get(sent)
    expect([sent, answer.status, answer.headers.get('location')]).toEqual([sent, 308, meant])
    expect(await bodyOf(answer)).toMatchObject({ success: false, detail: expect.stringContaining('spelled') as string })
  }
  const posted = await get('//api/audiences', { method: 'POST', body: '{}', redirect: 'follow' })
  expect(await bodyOf(posted)).toEqual({ target: '/api/audiences', method: 'POST' })
})

test('any other path is a problem that says where to look, and leads to no other host', async () => {
  for (const path of [
    '/nothing',
    '/api/unknown',
    '/api/audiencesx',
    '//evil.example.com/',
    '/docs/x',
    '/openapi.yaml',
  ]) {
    const answer = await get(path)
    expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 404, null])
    const { detail } = await bodyOf(answer)
    expect(detail).toMatch(/GET \/api lists the addresses, and GET \/docs/)
  }
})

test('a path without its /api is told the one with it', async () => {
  expect(await bodyOf(await get('/Audiences/'))).toMatchObject({ status: 404, did_you_mean: '/api/audiences' })
  expect(await bodyOf(await get('/nothing'))).not.toHaveProperty('did_you_mean')
})

test('what it shows can only be read', async () => {
  for (const path of ['/', '/docs', '/openapi.json', '/favicon.ico']) {
    expect(await (await get(path, { method: 'HEAD' })).text()).toBe('')
    expect((await get(path, { method: 'OPTIONS' })).headers.get('allow')).toBe('GET, HEAD, OPTIONS')
    const refused = await get(path, { method: 'DELETE' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
  }
})
