import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { type LocalRuntime, startLocalRuntime } from '#infra/local/runtime.ts'
import { CALLED_FUNCTIONS } from '#shared/contract/app-config.ts'
import { filesOfRelease, writeBuild } from '#tests/functions/web/harness.ts'
import { bodyOf } from '#tests/http/harness.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'

/** The app as the local runtime serves it. */
async function start(APP_DIR: string, split = false): Promise<LocalRuntime> {
  const data_dir = await mkdtemp(join(tmpdir(), 'local-app-'))
  await shareIssuerKey(data_dir)
  const runtime = await startLocalRuntime({
    data_dir,
    port: 0,
    split,
    factories: FUNCTION_FACTORIES,
    log: { write: () => undefined, flush: async () => undefined },
    environment: { APP_DIR },
    fsync: false,
  })
  onTestFinished(async () => {
    await runtime.end()
    await rm(data_dir, { recursive: true, force: true })
  })
  return runtime
}

const textOf = async (url: string) => (await fetch(url)).text()

test('the app has the origin of the API, and an account whose token the API takes', async () => {
  const { url } = await start(await writeBuild(filesOfRelease('one')))
  expect(await textOf(url)).toContain('/assets/index-one.js')
  const { origins, sign_in } = await bodyOf(await fetch(`${url}/config.json`))
  const { token_url, account } = sign_in as { token_url: string; account: object }
  expect([origins, token_url]).toEqual(['', `${url}/local/token`])
  const { id_token } = await bodyOf(await fetch(token_url, { method: 'POST', body: JSON.stringify(account) }))
  const headers = { authorization: `Bearer ${String(id_token)}` }
  expect((await fetch(`${url}/api/audiences`, { headers })).status).toBe(200)
})

test('with an origin for each function, the app is told all of them, and each lets its page call', async () => {
  const { function_urls } = await start(await writeBuild(filesOfRelease('one')), true)
  const page = await fetch(function_urls.web)
  const { origins } = await bodyOf(await fetch(`${function_urls.web}/config.json`))
  expect(origins).toEqual(Object.fromEntries(CALLED_FUNCTIONS.map((name) => [name, function_urls[name]])))
  const headers = { origin: function_urls.web }
  for (const name of CALLED_FUNCTIONS) {
    expect(page.headers.get('content-security-policy')).toContain(function_urls[name])
    const answer = await fetch(`${function_urls[name]}/api/${name}/health`, { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe(function_urls.web)
  }
})

test('after a build that failed the page that waited is told so, and asks no more; the API answers', async () => {
  const { url, failApp } = await start(await writeBuild({}))
  expect((await fetch(url)).headers.get('refresh')).toBe('1')
  failApp()
  const answer = await fetch(url)
  expect([answer.status, answer.headers.get('refresh')]).toEqual([503, null])
  expect(await answer.text()).toMatch(/^The app could not be built\. The terminal says why/)
  expect((await fetch(`${url}/api/web/health`)).status).toBe(200)
})

test('a new build is served when it is made, and an open page still finds what the one before it had', async () => {
  const app_dir = await writeBuild({})
  const { url, renewApp } = await start(app_dir)
  expect((await fetch(url)).status).toBe(503)
  for (const release of ['one', 'two']) {
    const files = filesOfRelease(release)
    await rm(app_dir, { recursive: true })
    await writeBuild(files, app_dir)
    await renewApp()
    expect(await textOf(url)).toBe(files['index.html'])
  }
  expect(await textOf(`${url}/assets/page-one.js`)).toBe(filesOfRelease('one')['assets/page-one.js'])
  expect((await fetch(`${url}/assets/page-three.js`)).status).toBe(404)
})
