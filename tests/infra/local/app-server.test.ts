import { createServer, type RequestListener } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'

import { withAppServer } from '#infra/local/app-server.ts'
import { closed, listening } from '#tests/http/harness.ts'

const named =
  (name: string): RequestListener =>
  ({ url }, response) =>
    response.end(`${name} ${url}`)

test("a development server answers the app's paths; configuration and API stay the web function's", async () => {
  const server = createServer(withAppServer(named('web'), named('app server')))
  const url = await listening(server)
  onTestFinished(() => closed(server))
  const answeredBy = async (path: string) => (await fetch(`${url}${path}`)).text()
  for (const path of ['/', '/platforms', '/main.tsx', '/@vite/client?t=1', '/sw.js', '/assets/x.js']) {
    expect(await answeredBy(path)).toBe(`app server ${path}`)
  }
  for (const path of ['/config.json', '/config.json?x=1', '/api/web/health', '/api/x', '/API']) {
    expect(await answeredBy(path)).toBe(`web ${path}`)
  }
})
