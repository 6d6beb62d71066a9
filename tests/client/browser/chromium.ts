import { build } from 'esbuild'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

import { PROJECT_ROOT } from '#tests/house/planted-repository.ts'

/** Where distributions of Linux install it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A real Chromium. @throws when none is installed: what needs a browser is never skipped */
export async function startChromium(): Promise<Browser> {
  const named = process.env['CHROMIUM']
  const executable_path = named ?? PLACES.find((path) => existsSync(path))
  if (executable_path === undefined) {
    throw new Error(
      `There is no Chromium at ${PLACES.join(', ')}. Install it (apt-get install chromium) or set CHROMIUM.`,
    )
  }
  return await chromium.launch({
    executablePath: executable_path,
    args: ['--no-sandbox', '--disable-background-networking'],
  })
}

export interface TestSite {
  readonly url: string
  end(): Promise<void>
}

/**
 * A page that loads `script` (a file of this folder's `page`), at an origin that browsers trust as they do https: only such
 * pages have locks.
 */
export async function serveScript(script: string): Promise<TestSite> {
  const { outputFiles } = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [join(import.meta.dirname, 'page', script)],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    write: false,
  })
  const code = outputFiles[0]!.contents
  const server = createServer(({ url }, response) => {
    if (url === '/script.js') return void response.setHeader('Content-Type', 'text/javascript').end(code)
    response
      .setHeader('Content-Type', 'text/html')
      .end('<!doctype html><title>test</title><script type="module" src="/script.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const end = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()))
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}/`, end }
}

/** A tab of `context` at the site, its script loaded. */
export async function openTab(context: BrowserContext, { url }: TestSite): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url, { waitUntil: 'load' })
  return page
}
