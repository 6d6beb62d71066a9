import { build, type Plugin } from 'esbuild'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'

import { PROJECT_ROOT } from '#infra/project-root.ts'
import { type Edit, editedSource } from '#tests/simulation/build.ts'

/** Where distributions of Linux install it. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A host name that leads to this machine and that browsers do not trust, as they trust https and 127.0.0.1. */
const INSECURE_HOST = 'insecure.test'
const ARGS = ['--no-sandbox', '--disable-background-networking', `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]

/** @throws when none is installed: what needs a browser is never skipped */
function chromiumPath(): string {
  const path = process.env['CHROMIUM'] ?? PLACES.find((place) => existsSync(place))
  if (path === undefined) {
    throw new Error(
      `There is no Chromium at ${PLACES.join(', ')}. Install it (apt-get install chromium) or set CHROMIUM.`,
    )
  }
  return path
}

/** A real Chromium, with nothing stored. */
export async function startChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: chromiumPath(), args: ARGS })
}

/**
 * A real Chromium that keeps what it stores in `folder`.
 * @param has_page_cache keeps pages that are left for a return, as browsers do; the driver of the tests has that off
 * @param args more arguments of its command line
 */
export async function startProfile(
  folder: string,
  { has_page_cache = false, args = [] }: { has_page_cache?: boolean; args?: readonly string[] } = {},
): Promise<{ context: BrowserContext; kill(): Promise<void> }> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: chromiumPath(),
    args: [...ARGS, ...args],
    ...(has_page_cache && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
  })
  const kill = async (): Promise<void> => {
    const session = await context.browser()!.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const pid = processInfo.find(({ type }) => type === 'browser')!.id
    const closed = new Promise<void>((resolve) => context.once('close', () => resolve()))
    process.kill(pid, 'SIGKILL')
    await closed
  }
  return { context, kill }
}

export interface TestSite {
  readonly url: string
  /** The same where browsers give fewer things, as on plain http. */
  readonly insecure_url: string
  end(): Promise<void>
}

/**
 * The code of a page: a file of this folder's `page`.
 * @param edits make another release of the client of it
 */
export async function bundlePage(script: string, edits: readonly Edit[] = []): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: PROJECT_ROOT,
    entryPoints: [join(import.meta.dirname, 'page', script)],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2024',
    write: false,
    plugins: [editing(edits)],
  })
  return outputFiles[0]!.contents
}

function editing(edits: readonly Edit[]): Plugin {
  return {
    name: 'edits',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const own = edits.filter(({ file }) => join(PROJECT_ROOT, file) === path)
        return own.length === 0 ? undefined : { contents: await editedSource(path, own), loader: 'ts' }
      })
    },
  }
}

/**
 * A page that loads `script` (a file of this folder's `page`), at an origin that browsers trust as they do https: only such
 * pages have locks.
 */
export async function serveScript(script: string): Promise<TestSite> {
  const code = await bundlePage(script)
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
  return { url: `http://127.0.0.1:${port}/`, insecure_url: `http://${INSECURE_HOST}:${port}/`, end }
}

/** A tab of `context` at the site, its script loaded. */
export async function openTab(context: BrowserContext, { url }: Pick<TestSite, 'url'>): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url, { waitUntil: 'load' })
  return page
}
