import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { APP_DIR } from '#infra/app-sources.ts'
import { initialFiles } from '#tests/web/browser/initial-files.ts'

/**
 * What a page of the same size takes that runs nothing: it loads the files that the app's first page waits for, and has as
 * many rows of text as a screen of the app, a field and a button of the browser's own.
 */
export interface StaticPage {
  readonly url: string
  /** The same with a row for every record. */
  readonly long_url: string
  end(): Promise<void>
}

const SCREEN_ROWS = 50

/** @param count of rows of the long one */
export async function startStaticPage(count: number): Promise<StaticPage> {
  const files = await filesOfPage()
  const paths = [...files.keys()]
  const [html, long_html] = [pageOf(paths, SCREEN_ROWS), pageOf(paths, count)]
  const server = createServer(({ url = '/' }, response) => {
    const file = files.get(url)
    if (file === undefined)
      return void response.setHeader('Content-Type', 'text/html').end(url === '/long' ? long_html : html)
    response.setHeader('Content-Type', url.endsWith('.css') ? 'text/css' : 'text/javascript')
    response.setHeader('Content-Encoding', 'br').setHeader('Cache-Control', 'max-age=3600').end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    long_url: `${url}long`,
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function filesOfPage(): Promise<ReadonlyMap<string, Uint8Array>> {
  const assets = await readdir(join(APP_DIR, 'assets'))
  const styles = assets.filter((name) => /^index-.*\.css$/.test(name)).map((name) => `assets/${name}`)
  const names = [...styles, ...(await initialFiles())]
  return new Map(await Promise.all(names.map(async (name) => [`/${name}`, await encodedFile(name)] as const)))
}

const encodedFile = async (name: string) => await readFile(join(APP_DIR, `${name}.br`))

function pageOf(files: readonly string[], count: number): string {
  const links = files.map((path) =>
    path.endsWith('.css')
      ? `<link rel="stylesheet" href="${path}">`
      : `<link rel="preload" as="script" crossorigin href="${path}">`,
  )
  const rows = Array.from({ length: count }, (_, at) => `<li>Audience ${at}</li>`)
  return [
    '<!doctype html><meta charset="utf-8"><title>Static</title>',
    ...links,
    '<body style="margin:0"><main id="content" style="height:100vh;overflow:auto">',
    '<h1>Keep your audiences in your account</h1><p>Describe audiences, save them, and send them to your ad platforms.</p>',
    `<input aria-label="Plain"><button>Plain</button><ul>${rows.join('')}</ul></main>`,
  ].join('\n')
}
