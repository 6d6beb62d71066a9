import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { APP_PAGES } from '#shared/contract/web.ts'
import { bodyOf } from '#tests/http/harness.ts'
import { filesOfRelease, type RunningWeb, startWeb, writeBuild } from './harness.ts'

const FILES = filesOfRelease('one')
const SCRIPT = '/assets/index-one.js'

const start = async (): Promise<RunningWeb> => startWeb({ APP_DIR: await writeBuild(FILES) })

describe('the page', () => {
  test('answers the address of every page of the app, with whatever id is in it', async () => {
    const { navigate } = await start()
    for (const page of APP_PAGES) {
      const answer = await navigate(page.replace('{audience_id}', 'aud_01h455vb4pex5vsknk084sn02q'))
      expect([page, answer.status, await answer.text()]).toEqual([page, 200, FILES['index.html']])
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    }
    expect((await navigate('/?tab=1')).status).toBe(200)
  })

  test('at any other address is one that says 404, and runs nothing', async () => {
    const { navigate } = await start()
    for (const path of ['/nothing', '/audience', '/audience/a/b', '/wp-admin/setup.php', '/index.html']) {
      const answer = await navigate(path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 404, 'text/html; charset=utf-8'])
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
      expect(await answer.text()).not.toContain('<script')
    }
  })

  test('spelled with other slashes or letters leads to the right address, and never to another host', async () => {
    const { navigate, raw } = await start()
    const answer = await navigate('/Saved-Audiences/?status=draft')
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/saved-audiences?status=draft'])
    for (const path of [
      '//evil.example.com',
      '//evil.example.com/',
      '/\\evil.example.com',
      '/%2f%2fevil.example.com',
    ]) {
      const { status, headers } = await raw(path)
      expect([path, status, headers.location]).toEqual([path, 404, undefined])
    }
  })

  test('is asked about each time, and is sent again only when it has changed', async () => {
    const { load } = await start()
    for (const path of ['/', '/sw.js', '/config.json']) {
      const first = await load(path)
      expect([path, first.headers.get('cache-control')]).toEqual([path, 'no-cache'])
      const etag = first.headers.get('etag')!
      const again = await load(path, { 'if-none-match': etag })
      expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
      expect((await load(path, { 'if-none-match': '"another"' })).status).toBe(200)
    }
  })

  test('says that it is being built where there is none yet, and loads again', async () => {
    const { navigate, load } = await startWeb({ APP_DIR: await writeBuild({}) })
    const answer = await navigate('/')
    expect([answer.status, answer.headers.get('refresh'), answer.headers.get('cache-control')]).toEqual([
      503,
      '1',
      'no-store',
    ])
    expect((await load('/config.json')).status).toBe(200)
    expect((await load('/api/web/health')).status).toBe(200)
  })

  test('is in the log by its name, not by its address', async () => {
    const { navigate, lines } = await start()
    await navigate('/audience/aud_01h455vb4pex5vsknk084sn02q?from=mail')
    await expect.poll(() => lines.map(({ message }) => message)).toContain('GET /audience/{audience_id} 200')
  })
})

describe('a file', () => {
  test('of the build with its hash is kept for ever, in the best encoding that is accepted', async () => {
    const { load } = await start()
    for (const [accepted, sent] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip;q=0.5', 'gzip'],
      ['*', 'br'],
      ['identity', null],
    ] as const) {
      const answer = await load(SCRIPT, { 'accept-encoding': accepted })
      expect([accepted, answer.headers.get('content-encoding')]).toEqual([accepted, sent])
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
      expect(answer.headers.get('vary')).toContain('Accept-Encoding')
      expect(await answer.text()).toBe(FILES[SCRIPT.slice(1)])
    }
    const font = await load('/assets/font-all.woff2')
    expect([font.headers.get('content-type'), font.headers.get('content-encoding')]).toEqual(['font/woff2', null])
  })

  test('in each encoding has a tag of its own', async () => {
    const { load } = await start()
    const tags = await Promise.all(
      ['br', 'gzip', 'identity'].map(async (encoding) =>
        (await load(SCRIPT, { 'accept-encoding': encoding })).headers.get('etag'),
      ),
    )
    expect(new Set(tags).size).toBe(3)
  })

  test('can be asked about with HEAD, and with nothing that writes', async () => {
    const { url } = await start()
    for (const path of ['/', SCRIPT, '/config.json']) {
      const head = await fetch(`${url}${path}`, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } })
      const whole = await fetch(`${url}${path}`, { headers: { 'accept-encoding': 'identity' } })
      expect([head.status, await head.text()]).toEqual([200, ''])
      expect(head.headers.get('content-length')).toBe(String((await whole.arrayBuffer()).byteLength))
      const refused = await fetch(`${url}${path}`, { method: 'POST', body: 'x' })
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    }
  })

  test('that is missing is a problem and never a page, even for a browser that would take one', async () => {
    const { load, navigate } = await start()
    for (const answer of [
      await load('/assets/index-two.js'),
      await navigate('/assets/index-two.js'),
      await navigate('/api/unknown'),
      await navigate('/API/web'),
      await load('/logo.png'),
    ]) {
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
      expect(await bodyOf(answer)).toMatchObject({ type: '/problems/not-found' })
      expect(answer.headers.get('cache-control')).toBe('private, no-cache')
    }
  })

  test("outside of the build is nobody's: no path leads out of it, or to what is for tools", async () => {
    const { raw } = await start()
    for (const path of [
      '/.vite/manifest.json',
      '/assets/../index.html',
      '/assets/%2e%2e/index.html',
      '/assets/..%2findex.html',
      '/assets/../../../../etc/passwd',
      '/..%5c..%5cpackage.json',
      '/assets//index-one.js',
      '/assets/index-one.js.br',
      '/assets/index-one.js%00.png',
      '/assets/',
      '/sw.js/',
    ]) {
      const { status, text } = await raw(path)
      expect([path, status]).toEqual([path, 404])
      expect(text).toContain('/problems/not-found')
    }
  })
})

test('a build with a file of a kind that is not known is refused at the start', async () => {
  const APP_DIR = await writeBuild({ ...FILES, 'assets/film.mkv': '' })
  await expect(startWeb({ APP_DIR })).rejects.toThrow('/assets/film.mkv of the app has no known media type')
})

test('on the cloud it does not start without its app', async () => {
  const APP_DIR = await writeBuild({})
  const environment = { APP_DIR, K_SERVICE: 'web', FUNCTION_URL: 'https://web.example.com' }
  await expect(startWeb(environment)).rejects.toThrow(/APP_DIR has no built app: .* lacks index\.html/)
})

test('the pages are those that the app routes to', async () => {
  const text = await readFile(join(PROJECT_ROOT, 'functions/web/app/router.tsx'), 'utf8')
  const routed = [...text.matchAll(/^\s*path: '(.*)',$/gm)].map(([, path = '']) => path)
  expect(routed.toSorted()).toEqual(APP_PAGES.map((page) => page.replace('{audience_id}', '$id')).toSorted())
})
