import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { crc32c, crc32cToBase64 } from '#shared/base/crc32c.ts'
import { someOf } from '#tests/support/effort.ts'
import { BUCKET, getText, mustPut, objectUrl, put, start, temporaryFolder, type RawObject } from './gcs-fixture.ts'
import { spawnGcs } from './gcs-process.ts'

/** What the clients were told of one object: the last acknowledged body, and the ones that may have landed since. */
interface Told {
  generation: number
  body: string | undefined
  unanswered: (string | undefined)[]
}

/** Writes and deletes one object over and over until the server dies. */
async function hammer(gcs: { url: string }, name: string, onAcknowledged: () => void): Promise<Told> {
  const told: Told = { generation: 0, body: undefined, unanswered: [] }
  for (let round = 0; ; round++) {
    // Sizes on both sides of every threshold; each body names its round, so that no two are alike.
    const body = round % 7 === 6 ? undefined : `${name} ${round} `.padEnd(1 + ((round * 7919) % 200_000), '.')
    told.unanswered = [body]
    try {
      const response =
        body === undefined ? await fetch(objectUrl(gcs, name), { method: 'DELETE' }) : await put(gcs, name, body)
      if (response.status === 200) told.generation = Number(((await response.json()) as RawObject).generation)
    } catch {
      return told // The kill: this round's outcome is unknown.
    }
    told.body = body
    told.unanswered = []
    onAcknowledged()
  }
}

test.each(someOf([20, 150, 400], (count) => count === 20))(
  'after kill -9 amid writes (%i acknowledged) every object is whole',
  async (acknowledged_min) => {
    const data_dir = await temporaryFolder()
    const server = await spawnGcs(data_dir)
    let acknowledged = 0
    const killed = once(server.process, 'exit')
    const onAcknowledged = () => {
      if (++acknowledged === acknowledged_min) server.process.kill('SIGKILL')
    }
    const names = Array.from({ length: 8 }, (_, index) => `user_id=${index}/object_${index % 2 ? 'a' : 'a/b'}`)
    const told = await Promise.all(names.map((name) => hammer(server, name, onAcknowledged)))
    await killed
    expect(acknowledged).toBeGreaterThanOrEqual(acknowledged_min)

    const gcs = await start({ data_dir })
    expect(gcs.adopted, 'nothing was out of step with the journal').toEqual([])
    for (const [index, name] of names.entries()) {
      const { status, text, headers } = await getText(gcs, name)
      const possible = [told[index]?.body, ...(told[index]?.unanswered ?? [])]
      expect(possible.includes(status === 404 ? undefined : text), `${name} is what was acknowledged, or next`).toBe(
        true,
      )
      if (status === 404) continue
      expect(headers.get('x-goog-hash')).toContain(crc32cToBase64(crc32c(Buffer.from(text))))
      expect(Number(headers.get('x-goog-generation'))).toBeGreaterThanOrEqual(told[index]?.generation ?? 0)
      expect(await fs.readFile(path.join(data_dir, 'buckets', BUCKET, name), 'utf8')).toBe(text)
    }
    const versions = await fetch(`${gcs.url}/storage/v1/b/${BUCKET}/o?versions=true&maxResults=1000`)
    const { items = [] } = (await versions.json()) as { items?: RawObject[] }
    for (const { name, generation, crc32c: stored } of items) {
      const { text } = await getText(gcs, name, { generation })
      expect(crc32cToBase64(crc32c(Buffer.from(text))), `${name} generation ${generation}`).toBe(stored)
    }
    const highest = Math.max(...items.map(({ generation }) => Number(generation)))
    expect(Number((await mustPut(gcs, 'next', 'x')).generation)).toBeGreaterThan(highest)
  },
)

test('the command takes over the folder of a killed one, is refused a living one’s, and lets go on SIGTERM', async () => {
  const data_dir = await temporaryFolder()
  const first = await spawnGcs(data_dir)
  await mustPut(first, 'x', 'content')
  await expect(start({ data_dir })).rejects.toThrow(`in use by process ${first.process.pid}`)
  first.process.kill('SIGKILL')
  await once(first.process, 'exit')
  const second = await spawnGcs(data_dir)
  expect((await getText(second, 'x')).text).toBe('content')
  second.process.kill('SIGTERM')
  expect(await once(second.process, 'exit')).toEqual([0, null])
  expect(await fs.readdir(data_dir)).not.toContain('lock')
})
