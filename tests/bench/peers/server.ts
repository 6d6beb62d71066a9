import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { isoTime } from '#shared/base/clock.ts'
import { newId } from '#shared/base/ids.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { sampleAudience } from '../sample-audience.ts'

/** A server that only hands out what it has made before: what is measured is the browser's side. */
export interface PeersServer {
  readonly url: string
  end(): Promise<void>
}

const MONTHS = 24
const MONTH_MS = 30 * 24 * 3600 * 1000
const FIRST_MS = Date.UTC(2025, 0, 15)
const PAGE_ROWS = 250

type Row = Readonly<Record<string, unknown>>

/** @param scripts the code of each page, by its name */
export async function startPeersServer(count: number, scripts: ReadonlyMap<string, Uint8Array>): Promise<PeersServer> {
  const rows = sampleRows(count)
  const pages = pagesOf(rows)
  const columns = JSON.stringify(Object.keys(rows[0]!))
  const answerOf = (path: string, body: string): string | Uint8Array => {
    const [, first = '', second = ''] = path.split('/')
    if (first === 'rows') return pages[Number(second)]!.rows
    if (first === 'columns') return columns
    if (path === '/api/flags') return FLAGS
    if (path === '/api/sync/pull') return pulled(pages, body)
    if (path === '/api/sync/push') return pushed(body)
    if (first === 'push') return '{}'
    return scripts.get(first) ?? page(second)
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? '/'
      response.setHeader('Content-Type', typeOf(path))
      response.end(answerOf(path, Buffer.concat(chunks).toString()))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    end: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const FLAGS = JSON.stringify({ success: true, flags: { persistence_v2: true }, notice: null })

function typeOf(path: string): string {
  if (path.endsWith('.js')) return 'text/javascript'
  return path.startsWith('/page/') ? 'text/html' : 'application/json'
}

function page(name: string): string {
  return `<!doctype html><title>${name}</title><ul id="rows"></ul><script type="module" src="/${name}.js"></script>`
}

/** Newest month first, as the service sends them. */
function sampleRows(count: number): Row[] {
  const random = seededRandom(1)
  return Array.from({ length: count }, (_, number) => {
    const time_ms = FIRST_MS + Math.floor((MONTHS * (count - number - 1)) / count) * MONTH_MS + (count - number)
    const created_at = isoTime(time_ms)
    return {
      audience_id: newId('aud', time_ms, random),
      user_id: 'bench',
      created_at,
      updated_at: created_at,
      status: 'draft',
      ...sampleAudience(number),
      version: 1,
      deleted: false,
    }
  })
}

interface Page {
  /** As peers ask for it. */
  readonly rows: string
  /** As this project's client asks for it. */
  readonly answer: string
}

function pagesOf(rows: readonly Row[]): Page[] {
  const count = Math.ceil(rows.length / PAGE_ROWS)
  return Array.from({ length: count }, (_, at) => {
    const own = rows.slice(at * PAGE_ROWS, (at + 1) * PAGE_ROWS)
    const next = rows[(at + 1) * PAGE_ROWS]
    const more = at + 1 < count
    const months = new Map<string, Row[]>()
    for (const row of own) months.set(monthOf(row), [...(months.get(monthOf(row)) ?? []), row])
    const partitions = [...months].map(([month, month_rows]) => ({
      partition: `audiences/${month}`,
      reset: month_rows[0] !== own[0] || monthOf(rows[at * PAGE_ROWS - 1] ?? {}) !== month,
      last: next === undefined || monthOf(next) !== month,
      rows: month_rows,
    }))
    return {
      rows: JSON.stringify({ rows: own, more }),
      answer: JSON.stringify({ success: true, cursor: String(at + 1), more, partitions }),
    }
  })
}

function monthOf(row: Row): string {
  return String(row['created_at']).slice(0, 7)
}

function pulled(pages: readonly Page[], body: string): string {
  const { cursor } = JSON.parse(body) as { cursor: string | null }
  const found = pages[Number(cursor ?? 0)]
  return found?.answer ?? JSON.stringify({ success: true, cursor, more: false, partitions: [] })
}

function pushed(body: string): string {
  const { mutations } = JSON.parse(body) as { mutations: readonly { readonly seq: number }[] }
  const results = mutations.map(({ seq }) => ({ seq, status: 'applied', version: 2 }))
  return JSON.stringify({ success: true, results })
}
