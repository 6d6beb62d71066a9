import { expect, test } from 'vitest'

import type { PullBody } from '#shared/client/store/answers.ts'
import { made, played, sessionOf } from './stand-in.ts'

test(
  'an error of the page is told once: by the first request that arrives after it',
  played(async (device) => {
    const { service } = device
    const page: { load_ms?: number } = {}
    const { client } = await device.open(sessionOf('a'), { loadMs: () => page.load_ms })
    await client.syncNow()
    const before = service.met.length
    client.noteError('TypeError')
    page.load_ms = 120
    service.instead = ({ path }) => (path.startsWith('/api/sync/') ? new Response('', { status: 503 }) : undefined)
    await made(client, 'First')
    await client.syncNow()
    const failed = service.met.length
    client.noteError('RangeError')
    service.instead = () => undefined
    await client.syncNow()
    await client.syncNow()
    const told = (from: number, to?: number) =>
      service.met
        .slice(from, to)
        .filter(({ path }) => path.startsWith('/api/sync/'))
        .map(({ body }) => (body as PullBody).client)
    const build = 'test'
    for (const one of told(before, failed)) {
      expect(one).toMatchObject({ errors: { count: 1, last: { name: 'TypeError', build } }, load_ms: 120 })
    }
    const [first, ...later] = told(failed)
    expect(first).toMatchObject({ errors: { count: 2, last: { name: 'RangeError', build } }, load_ms: 120 })
    expect(later.length).toBeGreaterThan(0)
    for (const one of later) {
      expect(one).toMatchObject({ errors: { count: 0 } })
      expect(one).not.toHaveProperty('load_ms')
    }
  }),
)
