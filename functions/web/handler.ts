import type { IncomingHttpHeaders } from 'node:http'

import { Problem } from '#shared/base/problem.ts'
import type { AppConfig } from '#shared/contract/app-config.ts'
import type { Answer } from '#shared/http/call.ts'
import { noneMatchNames } from '#shared/http/request/conditions.ts'
import type { Site, SiteRequest } from '#shared/http/request/site.ts'
import { movedTo } from '#shared/http/request/unknown-path.ts'
import { type AppFiles, PAGE_FILE, representationOf } from './app-folder.ts'
import { acceptedEncoding } from './encodings.ts'
import { appHeaders } from './page-headers.ts'
import { isNavigation, pageRouter } from './page-routes.ts'
import { noSuchPage, notYetBuilt } from './plain-page.ts'
import type { ReadAsset } from './released-assets.ts'
import { isAsset, type Representation, tagOf } from './representation.ts'

/** The app as its browser sees it: pages, files and configuration. Knows no adapter. */
export interface WebDependencies {
  /** This release's build; `undefined` while the local runtime makes it. */
  readonly files: AppFiles | undefined
  readonly config: AppConfig
  /** Assets of other releases. */
  readonly readAsset: ReadAsset
}

const CONFIG_PATH = '/config.json'
const WORKER_PATH = '/sw.js'

/** It belongs to the revision: kept by the browser, and asked about each time. */
const OF_REVISION = 'no-cache'
const FOR_EVER = 'public, max-age=31536000, immutable'

export function webSite({ files, config, readAsset }: WebDependencies): Site {
  const page_headers = appHeaders(config)
  const config_file = { media_type: 'application/json; charset=utf-8', encoding: undefined, ...contentOf(config) }

  const assetAnswer = async (path: string, request: SiteRequest): Promise<Answer> => {
    const encoding = acceptedEncoding(request.headers['accept-encoding'])
    const own = files?.get(path)
    const found = own === undefined ? await readAsset(path, encoding) : representationOf(own, encoding)
    if (found === undefined) throw new Problem('not-found', 'No release of the last 60 days has this file.')
    return fileAnswer(found, request.headers, { 'Cache-Control': FOR_EVER })
  }

  /** A file of the build; of the page and the worker with the headers that say what they may do. */
  const buildAnswer = (path: string, request: SiteRequest): Answer | undefined => {
    const file = files?.get(path)
    if (file === undefined) return undefined
    const representation = representationOf(file, acceptedEncoding(request.headers['accept-encoding']))
    const runs = path === PAGE_FILE || path === WORKER_PATH
    return fileAnswer(representation, request.headers, runs ? page_headers : {})
  }

  const pageAnswer = (request: SiteRequest): Answer | undefined => {
    const page = pageRouter.match(request.raw_path)
    if (page !== undefined) {
      request.noteRoute(page.template)
      return buildAnswer(PAGE_FILE, request) ?? notYetBuilt()
    }
    const meant = pageRouter.meant(request.raw_path)
    return meant === undefined || meant.has_gap ? undefined : movedTo(meant.path, request.raw_query)
  }

  return async (request) => {
    const { raw_path, headers } = request
    if (raw_path === CONFIG_PATH) return fileAnswer(config_file, headers)
    if (isAsset(raw_path)) return assetAnswer(raw_path, request)
    const answer = pageAnswer(request) ?? (raw_path === PAGE_FILE ? undefined : buildAnswer(raw_path, request))
    if (answer !== undefined) return answer
    if (isNavigation(headers)) return noSuchPage()
    throw new Problem('not-found', 'There is no page and no file at this path.')
  }
}

function contentOf(value: unknown): Pick<Representation, 'bytes' | 'tag'> {
  const bytes = Buffer.from(JSON.stringify(value))
  return { bytes, tag: tagOf(bytes) }
}

/** @param own headers of this file; a tag that depends on them changes with them */
function fileAnswer(
  { media_type, tag, encoding, bytes }: Representation,
  request: IncomingHttpHeaders,
  own: Readonly<Record<string, string>> = {},
): Answer {
  const parts = [tag, tagOf(JSON.stringify(own)).slice(0, 4), ...(encoding === undefined ? [] : [encoding])]
  const etag = `"${parts.join('-')}"`
  const headers = {
    'Cache-Control': OF_REVISION,
    // Shared caches keep nothing that varies by a header which they do not know.
    Vary: 'Accept-Encoding, Origin',
    ETag: etag,
    ...own,
  }
  if (noneMatchNames(request['if-none-match'], etag)) return { status: 304, headers }
  return {
    status: 200,
    headers: {
      ...headers,
      'Content-Type': media_type,
      'Content-Length': String(bytes.length),
      ...(encoding !== undefined && { 'Content-Encoding': encoding }),
    },
    stream: onePiece(bytes),
  }
}

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
