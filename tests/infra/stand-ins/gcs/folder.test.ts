import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { startGcs } from '#infra/stand-ins/gcs/server.ts'
import { BUCKET, getText, listNames, mustPut, objectUrl, put, start, temporaryFolder } from './gcs-fixture.ts'

async function filesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).toSorted()
}

const bucketFolder = (data_dir: string) => path.join(data_dir, 'buckets', BUCKET)

describe('the folder', () => {
  test('holds every live object as a plain file at its name, and nothing else', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    const name = 'audiences/user_id=a%40b/year=2025/month=05/audiences_202505.parquet'
    await mustPut(gcs, name, 'old')
    await mustPut(gcs, name, 'new')
    await mustPut(gcs, 'config/flags.json', '{}')
    await mustPut(gcs, 'config/gone.json', '{}')
    await fetch(objectUrl(gcs, 'config/gone.json'), { method: 'DELETE' })
    expect(await filesIn(bucketFolder(data_dir))).toEqual([name, 'config/flags.json'])
    expect(await fs.readFile(path.join(bucketFolder(data_dir), name), 'utf8')).toBe('new')
  })

  test('has no empty folders left when the last object below them is deleted', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    await mustPut(gcs, 'deep/er/object', 'x')
    await fetch(objectUrl(gcs, 'deep/er/object'), { method: 'DELETE' })
    expect(await fs.readdir(bucketFolder(data_dir))).toEqual([])
  })

  const STRANGE_NAMES = [
    '../../escape',
    'a/../../../escape',
    './a',
    'a//b',
    '/absolute',
    'trailing/',
    'nul\0byte',
    `${'long'.repeat(70)}/component`,
    'é\u{1f600}/ü',
    'back\\slash',
    'per%2Fcent',
    '...',
    '.hidden',
    '日'.repeat(341),
  ]

  test('keeps strange names apart, inside the root, and over a restart', async () => {
    const parent = await temporaryFolder()
    const data_dir = path.join(parent, 'data')
    const gcs = await start({ data_dir })
    for (const name of STRANGE_NAMES) await mustPut(gcs, name, `content of ${name}`)
    await gcs.close()
    expect(await fs.readdir(parent)).toEqual(['data'])
    const again = await start({ data_dir })
    expect(again.adopted).toEqual([])
    expect((await listNames(again)).toSorted()).toEqual(STRANGE_NAMES.toSorted())
    for (const name of STRANGE_NAMES) expect((await getText(again, name)).text).toBe(`content of ${name}`)
  })

  test('keeps apart an object and others below its name, whichever comes first', async () => {
    const gcs = await start()
    const names = ['a', 'a/b', 'a/b/c', 'x/y/z', 'x/y', 'x']
    for (const name of names) await mustPut(gcs, name, name)
    for (const name of names) await mustPut(gcs, name, `${name} again`)
    for (const name of names) expect((await getText(gcs, name)).text).toBe(`${name} again`)
    await fetch(objectUrl(gcs, 'a'), { method: 'DELETE' })
    await mustPut(gcs, 'a/b', 'now plain')
    for (const name of ['a/b/c', 'x/y/z', 'x/y', 'x']) expect((await getText(gcs, name)).text).toBe(`${name} again`)
    expect((await getText(gcs, 'a/b')).text).toBe('now plain')
  })

  test('is refused to a second owner, by name of the first, until the first lets go', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    await expect(startGcs({ data_dir })).rejects.toThrow(`in use by process ${process.pid}`)
    await fs.writeFile(path.join(data_dir, 'lock.other'), '')
    await gcs.close()
    await start({ data_dir })
  })

  test('is refused while another process lives that owns it, and taken over from a dead one', async () => {
    const data_dir = await temporaryFolder()
    await fs.writeFile(path.join(data_dir, 'lock'), `${process.ppid} \n`)
    await expect(startGcs({ data_dir })).rejects.toThrow(`in use by process ${process.ppid}`)
    // Beyond the highest process id Linux gives out.
    await fs.writeFile(path.join(data_dir, 'lock'), '4194999 12345\n')
    await start({ data_dir })
    expect(await fs.readFile(path.join(data_dir, 'lock'), 'utf8')).toContain(`"pid":${process.pid},`)
  })
})

describe('after a restart', () => {
  test('objects, versions, metadata and buckets are as they were', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    const old = await mustPut(gcs, 'x', 'old')
    await mustPut(gcs, 'x', 'new')
    await mustPut(gcs, 'deleted', 'kept as noncurrent')
    await fetch(objectUrl(gcs, 'deleted'), { method: 'DELETE' })
    await fetch(objectUrl(gcs, 'x'), { method: 'PATCH', body: '{"metadata": {"k": "v"}}' })
    const list = async (url: string) => (await fetch(`${url}/storage/v1/b/${BUCKET}/o?versions=true`)).text()
    const before = (await list(gcs.url)).replaceAll(gcs.url, '')
    await gcs.close()
    const again = await start({ data_dir })
    expect((await list(again.url)).replaceAll(again.url, '')).toBe(before)
    expect((await getText(again, 'x', { generation: old.generation })).text).toBe('old')
    expect(again.adopted).toEqual([])
  })

  test('generations go on increasing, even when the clock stepped back and the object is gone', async () => {
    const data_dir = await temporaryFolder()
    const clockAt = (now_ms: number) => ({
      nowMs: () => now_ms,
      monotonicMs: () => 0,
      sleep: async () => undefined,
      turn: async () => undefined,
    })
    const gcs = await start({ data_dir, versioning: false, clock: clockAt(2_000_000_000_000) })
    const first = await mustPut(gcs, 'x', '1')
    const second = await mustPut(gcs, 'x', '2')
    await fetch(objectUrl(gcs, 'x'), { method: 'DELETE' })
    await gcs.close()
    for (const now_ms of [1_000_000_000_000, 1_500_000_000_000]) {
      const again = await start({ data_dir, clock: clockAt(now_ms) })
      const next = await mustPut(again, `at ${now_ms}`, '3')
      expect(Number(next.generation)).toBeGreaterThan(Number(second.generation))
      await again.close()
    }
    expect(Number(second.generation)).toBeGreaterThan(Number(first.generation))
  })

  test('files somebody put, changed or removed meanwhile are objects of a new generation', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    for (const name of ['same', 'changed', 'removed']) await mustPut(gcs, name, name)
    const before = await mustPut(gcs, 'changed', 'before')
    await gcs.close()
    await fs.writeFile(path.join(bucketFolder(data_dir), 'changed'), 'after')
    await fs.rm(path.join(bucketFolder(data_dir), 'removed'))
    await fs.mkdir(path.join(bucketFolder(data_dir), 'added'))
    await fs.writeFile(path.join(bucketFolder(data_dir), 'added/file.parquet'), 'added')
    const again = await start({ data_dir })
    const qualified = (name: string) => `${BUCKET}/${name}`
    expect([...again.adopted].toSorted()).toEqual(['added/file.parquet', 'changed', 'removed'].map(qualified))
    expect(await listNames(again)).toEqual(['added/file.parquet', 'changed', 'same'])
    const changed = await getText(again, 'changed')
    expect(changed.text).toBe('after')
    expect(Number(changed.headers.get('x-goog-generation'))).toBeGreaterThan(Number(before.generation))
  })

  test('a touched file with the same bytes is the same generation', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    const { generation } = await mustPut(gcs, 'x', 'same')
    await gcs.close()
    await fs.writeFile(path.join(bucketFolder(data_dir), 'x'), 'same')
    await fs.utimes(path.join(bucketFolder(data_dir), 'x'), 1, 1)
    const again = await start({ data_dir })
    expect(again.adopted).toEqual([])
    expect((await getText(again, 'x')).headers.get('x-goog-generation')).toBe(generation)
  })
})

describe('recovery', () => {
  /** A folder as a kill leaves it: `interrupt` undoes what came after the commit. */
  async function interrupted(
    work: (gcs: { url: string }) => Promise<unknown>,
    interrupt: (data_dir: string) => Promise<void>,
  ) {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    await work(gcs)
    await gcs.close()
    await interrupt(data_dir)
    return { data_dir, gcs: await start({ data_dir }) }
  }

  test('puts a committed write in place whose rename did not come about, and keeps the version before it', async () => {
    let old_generation = ''
    let new_generation = ''
    const { gcs } = await interrupted(
      async (gcs) => {
        old_generation = (await mustPut(gcs, 'x', 'old')).generation
        new_generation = (await mustPut(gcs, 'x', 'new')).generation
      },
      async (data_dir) => {
        const plain = path.join(bucketFolder(data_dir), 'x')
        await fs.rename(plain, path.join(data_dir, 'staging', new_generation))
        await fs.rename(path.join(data_dir, 'versions', BUCKET, old_generation), plain)
      },
    )
    expect((await getText(gcs, 'x')).text).toBe('new')
    expect((await getText(gcs, 'x', { generation: old_generation })).text).toBe('old')
    expect(gcs.adopted).toEqual([])
  })

  test('finishes a committed delete', async () => {
    let generation = ''
    const { gcs, data_dir } = await interrupted(
      async (gcs) => {
        generation = (await mustPut(gcs, 'x', 'deleted')).generation
        await fetch(objectUrl(gcs, 'x'), { method: 'DELETE' })
      },
      async (data_dir) => {
        await fs.rename(path.join(data_dir, 'versions', BUCKET, generation), path.join(bucketFolder(data_dir), 'x'))
      },
    )
    expect(await listNames(gcs)).toEqual([])
    expect((await getText(gcs, 'x', { generation })).text).toBe('deleted')
    expect(await filesIn(bucketFolder(data_dir))).toEqual([])
  })

  test('forgets a write that was staged but not committed, and a torn last line', async () => {
    const { gcs, data_dir } = await interrupted(
      (gcs) => mustPut(gcs, 'x', 'committed'),
      async (data_dir) => {
        await fs.writeFile(path.join(data_dir, 'staging', '99'), 'never committed')
        await fs.appendFile(path.join(data_dir, 'journal.jsonl'), 'deadbeef {"kind":"written","buck')
      },
    )
    expect((await getText(gcs, 'x')).text).toBe('committed')
    expect(await filesIn(path.join(data_dir, 'staging'))).toEqual([])
    await mustPut(gcs, 'y', 'life goes on')
  })

  test('refuses a journal that is damaged in the middle, naming the line', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir })
    await mustPut(gcs, 'x', '1')
    await mustPut(gcs, 'y', '2')
    await gcs.close()
    const journal_path = path.join(data_dir, 'journal.jsonl')
    await fs.writeFile(journal_path, (await fs.readFile(journal_path, 'utf8')).replace('"name":"x"', '"name":"z"'))
    await expect(startGcs({ data_dir })).rejects.toThrow(/journal\.jsonl is damaged at line \d/)
    expect((await fs.readdir(data_dir)).includes('lock')).toBe(false)
  })

  test('without versioning an overwritten object leaves nothing behind', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir, versioning: false })
    await mustPut(gcs, 'x', 'old')
    await mustPut(gcs, 'x', 'new')
    expect(await listNames(gcs, { versions: 'true' })).toEqual(['x'])
    expect(await filesIn(path.join(data_dir, 'versions'))).toEqual([])
  })

  test('a bucket and its place in the folder go together', async () => {
    const data_dir = await temporaryFolder()
    const gcs = await start({ data_dir, buckets: [BUCKET, 'short-lived'] })
    expect((await put(gcs, 'x', 'x')).status).toBe(200)
    await fetch(`${gcs.url}/storage/v1/b/short-lived`, { method: 'DELETE' })
    expect(await fs.readdir(path.join(data_dir, 'buckets'))).toEqual([BUCKET])
  })
})
