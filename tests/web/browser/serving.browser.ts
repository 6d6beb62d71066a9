import { cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { APP_DIR } from '#infra/app-sources.ts'
import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { type LocalRuntime, startLocalRuntime } from '#infra/local/runtime.ts'
import { APP_PAGES } from '#shared/contract/web.ts'
import { siteForTests } from './site-for-tests.ts'
import { openPage, startVisit } from './visits.ts'

/** What the web function sends, as a browser takes it. */
const site = siteForTests()

test('no page of the app does what the policy forbids', async () => {
  const context = await site.visit()
  const violations: string[] = []
  await context.exposeFunction('noteViolation', (text: string) => violations.push(text))
  await context.addInitScript(() => {
    const { noteViolation } = globalThis as { noteViolation?: (text: string) => void }
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      noteViolation?.(`${violatedDirective} ${blockedURI} ${sourceFile}`),
    )
  })
  for (const path of APP_PAGES) {
    const page = await openPage(context, path.replace('{audience_id}', 'aud_01h455vb4pex5vsknk084sn02q'))
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.close()
  }
  expect(violations).toEqual([])
})

test.each(['block', 'allow'] as const)(
  'an address without a page says so and is 404, whether a service worker may ask for it or not (%s)',
  async (serviceWorkers) => {
    // Without the routes of a visit: what a service worker asks for would not come back from them.
    const context = site.keep(await site.browser.newContext({ baseURL: site.url, serviceWorkers }))
    const page = await context.newPage()
    await page.goto('/')
    if (serviceWorkers === 'allow') await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
    const answer = await page.goto('/no/such/page')
    expect(answer?.status()).toBe(404)
    await page.getByRole('heading', { name: 'There is no page at this address' }).waitFor()
    await page.getByRole('link', { name: 'Go to the overview' }).click()
    await page.getByRole('link', { name: 'Overview' }).first().waitFor()
  },
)

test('an error before the records are open reaches the log with the first request of the client, by its name alone', async () => {
  const context = await site.visit({ visitor: { kind: 'account', user_id: 'errs' } })
  const page = await context.newPage()
  await page.route('**/config.json', async (route) => {
    // The page asks for it before its scripts run.
    await page.getByText('Opening').waitFor()
    await page.evaluate(() => {
      dispatchEvent(new ErrorEvent('error', { error: new TypeError('what somebody wrote') }))
      dispatchEvent(new ErrorEvent('error', { error: new RangeError('the same') }))
    })
    await route.fallback()
  })
  const pulled = page.waitForRequest('**/api/sync/pull')
  await page.goto('/')
  const told = (await pulled).postData() ?? ''
  expect(JSON.parse(told)).toMatchObject({ client: { errors: { count: 2, last: { name: 'RangeError' } } } })
  expect(told).not.toContain('somebody')
})

test('an open page finds its own chunks after a release, and a page that is opened then is the new one', async () => {
  const { url, release, end } = await startWithReleases()
  try {
    const context = site.keep(await startVisit(site.browser, { url }))
    const old_page = await openPage(context, '/')
    const left = await release()
    expect((await fetch(new URL(left, url))).status).toBe(200)
    await old_page.getByRole('link', { name: 'Audiences', exact: true }).first().click()
    await old_page.getByRole('heading', { level: 1, name: 'Audiences' }).waitFor()
    const new_page = await context.newPage()
    await new_page.goto('/help')
    expect(await new_page.content()).toContain('<!--the next release-->')
  } finally {
    await end()
  }
})

/** A service whose app gets a release in which the list of audiences is another chunk. */
async function startWithReleases() {
  const folder = await mkdtemp(join(tmpdir(), 'releases-'))
  const app_dir = join(folder, 'app')
  await cp(APP_DIR, app_dir, { recursive: true })
  const runtime: LocalRuntime = await startLocalRuntime({
    data_dir: join(folder, 'data'),
    port: 0,
    factories: FUNCTION_FACTORIES,
    log: { write: () => undefined, flush: async () => undefined },
    environment: { APP_DIR: app_dir },
    fsync: false,
  })
  await runtime.renewApp()
  return {
    url: runtime.url,
    /** @returns the path of the chunk that the release no longer has */
    async release(): Promise<string> {
      const assets = join(app_dir, 'assets')
      const names = (await readdir(assets)).filter((name) => /^SavedAudiences-.*\.js/.test(name))
      for (const name of names) await rename(join(assets, name), join(assets, name.replace(/-.{8}\./, '-next0000.')))
      for (const name of ['index.html', 'index.html.br', 'index.html.gz']) await rm(join(app_dir, name))
      await writeFile(join(app_dir, 'index.html'), '<!doctype html><title>Next</title><!--the next release-->')
      await runtime.renewApp()
      return `/assets/${names.find((name) => name.endsWith('.js')) ?? ''}`
    },
    async end(): Promise<void> {
      await runtime.end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
