import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { bucketOf, BUCKET, start } from '#tests/infra/stand-ins/gcs/gcs-fixture.ts'
import { TestPrefix } from './test-prefix.ts'

interface Version {
  name: string
  generation: string
}

/** A bucket that lists two versions on a page and keeps what `isKept` says. */
async function stubborn(versions: Version[], isKept: (version: Version) => boolean): Promise<TestPrefix> {
  let left = versions
  const server = createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url!, 'http://any')
    if (request.method === 'DELETE') {
      const [name, generation] = [decodeURIComponent(pathname.split('/').at(-1)!), query.get('generation')]
      const isMeant = (version: Version) => version.name === name && version.generation === generation
      const found = left.some((version) => isMeant(version) && !isKept(version))
      left = left.filter((version) => !isMeant(version) || isKept(version))
      return void response.writeHead(found ? 204 : 404).end()
    }
    const from = Number(query.get('pageToken') ?? '0')
    const next = from + 2 < left.length ? { nextPageToken: String(from + 2) } : {}
    response.end(JSON.stringify({ items: left.slice(from, from + 2), ...next }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return new TestPrefix(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'any', 'p/')
}

const versionsOf = (...names: string[]) => names.map((name, at) => ({ name, generation: String(at) }))

test('every version on every page is removed', async () => {
  const prefix = await stubborn(versionsOf('p/a', 'p/a', 'p/b', 'p/c', 'p/d'), () => false)
  expect(await prefix.removeAll()).toEqual({ removed: 5, left: [] })
})

test('an object that cannot be removed is named, once, and the others are removed', async () => {
  const prefix = await stubborn(versionsOf('p/a', 'p/a\nb', 'p/a\nb', 'p/c'), ({ name }) => name.includes('\n'))
  expect(await prefix.removeAll()).toEqual({ removed: 2, left: ['p/a\nb'] })
})

test.each([true, false])('versioning = %s is found, and finding it leaves nothing', async (versioning) => {
  const gcs = await start({ versioning })
  const prefix = new TestPrefix(gcs.url, BUCKET, 'p/')
  await bucketOf(gcs).file('p/versioning-of-another').save('untouched', { resumable: false })
  expect(await prefix.findVersioning()).toBe(versioning)
  expect((await bucketOf(gcs).getFiles({ versions: true }))[0].map(({ name }) => name)).toEqual([
    'p/versioning-of-another',
  ])
})
