import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'

import { withAppServer } from '#infra/local/app-server.ts'
import { APP_PAGES } from '#shared/contract/web.ts'
import { closed, listening } from '#tests/http/harness.ts'

const named =
  (name: string): RequestListener =>
  ({ url }, response) =>
    response.end(`${name} ${url}`)

/** As a browser asks for what is typed into its address bar. */
const NAVIGATION = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

test("a development server answers pages and files; configuration, API and what is no page stay the web function's", async () => {
  const server = createServer(withAppServer(named('web'), named('app server')))
  const url = await listening(server)
  onTestFinished(() => closed(server))
  const answeredBy = async (path: string, options?: RequestInit) => (await fetch(`${url}${path}`, options)).text()
  for (const path of APP_PAGES.map((page) => page.replace('{audience_id}', 'aud_1'))) {
    expect(await answeredBy(path, NAVIGATION)).toBe('app server /index.html')
    expect(await answeredBy(`${path}?q=x`)).toBe('app server /index.html')
  }
  for (const path of ['/main.tsx', '/@vite/client?t=1', '/sw.js', '/assets/x.js', '/nothing']) {
    expect(await answeredBy(path)).toBe(`app server ${path}`)
  }
  for (const path of ['/nothing', '/help/', '/audience', '/audience/a/b', '/index.html', '/Help']) {
    expect(await answeredBy(path, NAVIGATION)).toBe(`web ${path}`)
  }
  for (const path of ['/config.json', '/config.json?x=1', '/api/web/health', '/api/x', '/API']) {
    expect(await answeredBy(path)).toBe(`web ${path}`)
  }
})
