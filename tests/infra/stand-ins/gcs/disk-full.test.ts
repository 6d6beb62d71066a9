import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { startGcs, type Gcs } from '#infra/stand-ins/gcs/server.ts'
import { longTest } from '#tests/support/effort.ts'
import { BUCKET, getText, listNames, mustPut, objectUrl, put, start, temporaryFolder } from './gcs-fixture.ts'
import { spawnGcs } from './gcs-process.ts'
import { mountSmallDisk } from './small-disk.ts'

/** A folder in which nothing waits for anything: what is stored is what is listed. */
async function expectTidy(data_dir: string): Promise<void> {
  expect(await fs.readdir(path.join(data_dir, 'staging'))).toEqual([])
}

/** Closes the stand-in and opens its folder again: the journal is sound, and files and journal agree. */
async function reopened(gcs: Gcs, data_dir: string): Promise<Gcs> {
  await gcs.close()
  const again = await start({ data_dir })
  expect(again.adopted).toEqual([])
  return again
}

async function expectRefused(answer: Promise<Response>): Promise<void> {
  const response = await answer
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ error: { code: 503, errors: [{ reason: 'backendError' }] } })
}

const BODY = 'n'.repeat(1000)

describe('a disk that is full', () => {
  // Nothing fits, a part of the bytes, all of them but no line in the journal, a part of that line.
  test.each([0, 1, 500, 999, 1000, 1001, 1100])(
    'with room for %i bytes refuses a write of 1000, which leaves no trace',
    async (disk_free_bytes) => {
      const data_dir = await temporaryFolder()
      const gcs = await start({ data_dir })
      const { generation } = await mustPut(gcs, 'x', 'before')
      gcs.faults.set({ disk_free_bytes })
      await expectRefused(put(gcs, 'x', BODY, { ifGenerationMatch: generation }))
      gcs.faults.set({ disk_free_bytes })
      await expectRefused(put(gcs, 'new/y', BODY, { ifGenerationMatch: '0' }))
      const expectUnchanged = async (at: Gcs) => {
        const { text, headers } = await getText(at, 'x')
        expect([text, headers.get('x-goog-generation')]).toEqual(['before', generation])
        expect(await listNames(at, { versions: 'true' })).toEqual(['x'])
        await expectTidy(data_dir)
      }
      await expectUnchanged(gcs)
      const again = await reopened(gcs, data_dir)
      await expectUnchanged(again)
      expect((await put(again, 'x', BODY, { ifGenerationMatch: generation })).status).toBe(200)
    },
  )

  test('takes the same writes once there is room again, without a restart, where a name may be a plain file', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    const { generation } = await mustPut(gcs, 'x', 'before')
    gcs.faults.set({ disk_free_bytes: 1100 })
    await expectRefused(put(gcs, 'x', BODY, { ifGenerationMatch: generation }))
    await expectRefused(put(gcs, 'a/b', BODY))
    gcs.faults.set({ disk_free_bytes: null })
    expect((await put(gcs, 'x', BODY, { ifGenerationMatch: generation })).status).toBe(200)
    expect((await put(gcs, 'a/b', BODY, { ifGenerationMatch: '0' })).status).toBe(200)
    for (const name of ['x', 'a/b']) {
      expect(await fs.readFile(path.join(data_dir, 'buckets', BUCKET, name), 'utf8')).toBe(BODY)
    }
    const again = await reopened(gcs, data_dir)
    expect((await getText(again, 'x', { generation })).text).toBe('before')
    expect(await listNames(again)).toEqual(['a/b', 'x'])
  })

  test('refuses deletes, changed settings and buckets too, and keeps what they were about', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir, buckets: [BUCKET, 'empty-bucket'] })
    await mustPut(gcs, 'x', 'kept')
    gcs.faults.set({ disk_free_bytes: 10 })
    const changes = [
      fetch(objectUrl(gcs, 'x'), { method: 'DELETE' }),
      fetch(objectUrl(gcs, 'x'), { method: 'PATCH', body: JSON.stringify({ metadata: { a: 'b' } }) }),
      fetch(`${gcs.url}/storage/v1/b/empty-bucket`, { method: 'DELETE' }),
      fetch(`${gcs.url}/storage/v1/b?project=p`, { method: 'POST', body: JSON.stringify({ name: 'new-bucket' }) }),
    ]
    for (const change of changes) await expectRefused(change)
    const statuses = async (at: Gcs) =>
      Promise.all(
        ['empty-bucket', 'new-bucket'].map(async (name) => (await fetch(`${at.url}/storage/v1/b/${name}`)).status),
      )
    expect(await statuses(gcs)).toEqual([200, 404])
    const again = await reopened(gcs, data_dir)
    expect(await statuses(again)).toEqual([200, 404])
    expect((await getText(again, 'x')).text).toBe('kept')
    expect(await (await fetch(objectUrl(again, 'x'))).json()).not.toHaveProperty('metadata')
  })

  test('in a crowd of writers has what it acknowledged, and of the others nothing', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    gcs.faults.set({ disk_free_bytes: 20_000 })
    const names = Array.from({ length: 40 }, (_, i) => `user_id=${i}/x`)
    const answers = await Promise.all(names.map((name) => put(gcs, name, BODY)))
    const made = names.filter((_, i) => answers[i]!.status === 200)
    expect(made.length).toBeGreaterThan(0)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]))
    await expectTidy(data_dir)
    expect(await listNames(gcs)).toEqual(made.toSorted())
    const again = await reopened(gcs, data_dir)
    expect(await listNames(again)).toEqual(made.toSorted())
  })

  test('is switched over HTTP like every fault, and refuses settings that make no sense', async () => {
    const gcs = await start()
    const control = (json: unknown) => fetch(`${gcs.url}/_faults`, { method: 'POST', body: JSON.stringify(json) })
    expect(await (await control({ disk_free_bytes: 5 })).json()).toMatchObject({ disk_free_bytes: 5 })
    for (const wrong of [-1, 1.5, 'none', true]) expect((await control({ disk_free_bytes: wrong })).status).toBe(400)
    await expectRefused(put(gcs, 'x', BODY))
    expect(await (await control({ reset: true })).json()).toMatchObject({ disk_free_bytes: null })
    expect((await put(gcs, 'x', BODY)).status).toBe(200)
  })
})

/** Runs a command with its files limited to so many kibibytes, by its soft limit: the kernel refuses what is beyond. */
const limited = (file_kibibytes: number) => ['bash', '-c', `ulimit -S -f ${file_kibibytes}; exec "$0" "$@"`]

function hasProgram(name: string): boolean {
  return process.platform === 'linux' && execFileSync('bash', ['-c', `command -v ${name} || true`]).length > 0
}

describe('a file system that really has no room', () => {
  test.runIf(hasProgram('prlimit'))(
    'refuses the object and the journal line that do not fit, goes on when the limit is lifted, and survives kill -9',
    async () => {
      const data_dir = await temporaryFolder()
      const gcs = await spawnGcs(data_dir, limited(32))
      const large = 'l'.repeat(40_000)
      await expectRefused(put(gcs, 'large', large))
      const made: string[] = []
      // The journal, too, is a file that may grow no further.
      for (let i = 0; ; i++) {
        const answer = await put(gcs, `small/${i}`, `${i}`)
        if (answer.status !== 200) {
          await expectRefused(Promise.resolve(answer))
          break
        }
        made.push(`small/${i}`)
        expect(made.length).toBeLessThan(1000)
      }
      await expectRefused(put(gcs, 'small/0', 'again'))
      expect((await getText(gcs, 'small/0')).text).toBe('0')
      expect(await listNames(gcs)).toEqual(made.toSorted())
      execFileSync('bash', ['-c', 'prlimit --pid "$0" --fsize=unlimited', String(gcs.process.pid)])
      await mustPut(gcs, 'large', large)
      await mustPut(gcs, 'small/0', 'again')
      gcs.process.kill('SIGKILL')
      await gcs.ended
      const again = await start({ data_dir })
      expect(again.adopted).toEqual([])
      expect(await listNames(again)).toEqual(['large', ...made].toSorted())
      expect((await getText(again, 'large')).text).toBe(large)
      expect((await getText(again, 'small/0')).text).toBe('again')
    },
  )

  longTest(
    'a disk of 300 kB: full in the middle of a burst, emptied, and nothing that was acknowledged is missing',
    async (context) => {
      const disk = await mountSmallDisk({ size: '300k', inodes: 400 })
      if (!disk) return context.skip('this machine lets no one mount a file system of their own')
      const gcs = await spawnGcs(disk.path, disk.enter)
      const ballast_path = path.join(disk.outside_path, 'ballast')
      await fs.writeFile(ballast_path, Buffer.alloc(120_000))
      const names = Array.from({ length: 60 }, (_, i) => `user_id=${i}/x`)
      const answers = await Promise.all(names.map((name) => put(gcs, name, 'y'.repeat(5000))))
      const made = names.filter((_, i) => answers[i]!.status === 200)
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]))
      await fs.rm(ballast_path)
      expect(await listNames(gcs)).toEqual(made.toSorted())
      await mustPut(gcs, 'after', 'room')
      gcs.process.kill('SIGKILL')
      await gcs.ended
      const again = await spawnGcs(disk.path, disk.enter)
      expect(await listNames(again)).toEqual(['after', ...made].toSorted())
      for (const name of made) expect((await getText(again, name)).text).toBe('y'.repeat(5000))
    },
  )

  longTest(
    'a change that is committed and finds no room for its place is finished when there is some',
    async (context) => {
      const disk = await mountSmallDisk({ size: '4m', inodes: 60 })
      if (!disk) return context.skip('this machine lets no one mount a file system of their own')
      const gcs = await spawnGcs(disk.path, disk.enter)
      const { generation } = await mustPut(gcs, 'x', 'before')
      // One file fits, the staged one; the link that keeps the former version does not.
      const fillers = await fillInodes(disk.outside_path)
      await fs.rm(fillers.pop()!)
      await expectRefused(put(gcs, 'x', 'after', { ifGenerationMatch: generation }))
      await expectRefused(fetch(objectUrl(gcs, 'x', { alt: 'media' })))
      for (const filler of fillers.splice(0, 5)) await fs.rm(filler)
      expect((await getText(gcs, 'x')).text).toBe('after')
      expect((await put(gcs, 'x', 'again', { ifGenerationMatch: generation })).status).toBe(412)
      expect((await getText(gcs, 'x', { generation })).text).toBe('before')
      gcs.process.kill('SIGKILL')
      await gcs.ended
      const again = await spawnGcs(disk.path, disk.enter)
      expect((await getText(again, 'x')).text).toBe('after')
      expect((await getText(again, 'x', { generation })).text).toBe('before')
    },
  )

  longTest('a start that finds no room is refused, harms nothing, and comes about later', async (context) => {
    const disk = await mountSmallDisk({ size: '256k', inodes: 200 })
    if (!disk) return context.skip('this machine lets no one mount a file system of their own')
    const gcs = await spawnGcs(disk.path, disk.enter)
    await mustPut(gcs, 'x', 'kept')
    gcs.process.kill('SIGKILL')
    await gcs.ended
    const ballast_path = path.join(disk.outside_path, 'ballast')
    await fs.writeFile(ballast_path, Buffer.alloc(1_000_000)).catch(() => undefined)
    // From outside it is the same folder, and the same full disk.
    await expect(startGcs({ data_dir: disk.outside_path })).rejects.toThrow('ENOSPC')
    await fs.rm(ballast_path)
    const again = await spawnGcs(disk.path, disk.enter)
    expect((await getText(again, 'x')).text).toBe('kept')
  })
})

/** Makes empty files until the file system has no more room for one. */
async function fillInodes(folder: string): Promise<string[]> {
  const made: string[] = []
  for (let i = 0; ; i++) {
    const file_path = path.join(folder, `filler-${i}`)
    try {
      await fs.writeFile(file_path, '')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return made
      throw error
    }
    made.push(file_path)
  }
}
