import * as z from 'zod'

import { appConfig } from '#shared/contract/app-config.ts'
import { expectStatus, type Reply, type SmokeContext } from './smoke-context.ts'

/** The page, its configuration and its assets, which other revisions need as well. */
export async function smokeWeb({ step, call, assetExists }: SmokeContext): Promise<void> {
  const load = (path: string) => call('GET', path, undefined, { anonymous: true })
  let assets: string[] = []
  await step('page', async () => {
    const { text, headers } = expectReply(await load('/'), 'text/html')
    if (!headers.get('content-security-policy')?.includes("default-src 'none'")) throw new Error('has no strict policy')
    assets = [...text.matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
    if (assets.length === 0) throw new Error('the page names no asset')
  })
  await step('configuration', async () => {
    const { success, error } = z.safeParse(appConfig, expectStatus(await load('/config.json'), 200))
    if (!success) throw new Error(`/config.json is not what the app reads: ${error.message}`)
  })
  await step('assets', async () => {
    for (const path of assets) {
      const { headers } = expectReply(await load(path), '')
      if (!headers.get('cache-control')?.includes('immutable')) throw new Error(`${path} is not kept by browsers`)
      // The build that was uploaded is that of this image.
      if (!(await assetExists(path.slice(1)))) throw new Error(`the assets bucket has no ${path.slice(1)}`)
    }
  })
  await step('nothing where nothing is', async () => {
    for (const path of ['/no-such-page', '/assets/no-such-asset.js', '/api/no-such-function']) {
      expectStatus(await load(path), 404)
    }
  })
}

function expectReply(reply: Reply, type: string): Reply {
  expectStatus(reply, 200)
  const sent = reply.headers.get('content-type') ?? ''
  if (!sent.startsWith(type)) throw new Error(`has the type ${sent}, not ${type}`)
  return reply
}
