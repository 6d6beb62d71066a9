import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

import { createWebApp } from '#functions/web/index.ts'
import { createFunctionServer } from '#shared/http/server/function-server.ts'
import type { Environment } from '#shared/settings/settings.ts'
import { closed, collectingLog, listening } from '#tests/http/harness.ts'

/** The files of a small build; those of different releases differ. */
export function filesOfRelease(release: string) {
  return {
    'index.html': `<!doctype html><script type="module" src="/assets/index-${release}.js"></script>`,
    'sw.js': `const BUILD = '${release}'`,
    '.vite/manifest.json': '{}',
    [`assets/index-${release}.js`]: `import('./page-${release}.js') // ${'padding '.repeat(40)}`,
    [`assets/page-${release}.js`]: `export const release = '${release}'`,
    'assets/font-all.woff2': 'the same in every release',
  }
}

/** Writes files as a build has them: texts also compressed. Gone when the test is. @param at the folder */
export async function writeBuild(files: Readonly<Record<string, string>>, at?: string): Promise<string> {
  const dir = at ?? (await mkdtemp(join(tmpdir(), 'web-')))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    if (!/\.(html|js)$/.test(name)) continue
    await writeFile(`${path}.br`, brotliCompressSync(text))
    await writeFile(`${path}.gz`, gzipSync(text))
  }
  return dir
}

const GOOGLE = 'https://accounts.google.com'
export const GOOGLE_CLIENT_ID = '123-abc.apps.googleusercontent.com'

export const ENVIRONMENT: Environment = {
  OIDC_ISSUERS: JSON.stringify([{ issuer: GOOGLE, audiences: [GOOGLE_CLIENT_ID] }]),
  USER_HASH_SALT: 'a salt for tests only',
  ALLOWED_ORIGINS: 'https://app.example.com',
}

interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface RunningWeb {
  readonly url: string
  readonly lines: ReturnType<typeof collectingLog>['lines']
  /** As a browser asks that follows a link. */
  navigate(path: string): Promise<Response>
  /** As a page asks for a file. */
  load(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** Sends a path that no client would send as it is. */
  raw(path: string): Promise<RawAnswer>
}

/** One instance; ended when the test is. */
export async function startWeb(environment: Environment): Promise<RunningWeb> {
  const log = collectingLog()
  const server = createFunctionServer(createWebApp({ ...ENVIRONMENT, ...environment }, { log }))
  const url = await listening(server)
  onTestFinished(() => closed(server))
  return {
    url,
    lines: log.lines,
    navigate: (path) => {
      const headers = { accept: 'text/html,*/*;q=0.8' }
      return fetch(`${url}${path}`, { headers, redirect: 'manual' })
    },
    load: (path, headers = {}) =>
      fetch(`${url}${path}`, { headers: { accept: '*/*', ...headers }, redirect: 'manual' }),
    raw: (path) => exchange(url, path),
  }
}

/** `fetch` would normalize the path. */
function exchange(url: string, path: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    get(url, { path, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    }).on('error', reject)
  })
}
