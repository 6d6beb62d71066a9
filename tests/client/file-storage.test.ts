import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { FileStorages } from '#shared/client/node/file-storages.ts'
import { nodePorts } from '#shared/client/node/node-ports.ts'
import type { ClientStorage, StorageNotice } from '#shared/client/storage.ts'
import { effort } from '#tests/support/effort.ts'
import { STORAGE_CONTRACT } from './storage-contract.ts'

type Contents = { readonly notes: { readonly text: string }; readonly outbox: { readonly seq: number } }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-storage-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const storagesHere = () => new FileStorages(folder, { clock: systemClock, random: systemRandom })
const file = () => join(folder, 'notes.jsonl')

async function opened(notices: StorageNotice[] = []): Promise<ClientStorage<Contents>> {
  return await storagesHere().open<Contents>('notes', { reader: 1, onNotice: (notice) => notices.push(notice) })
}
const put = (storage: ClientStorage<Contents>, key: string, text: string) =>
  storage.transact(['notes'], 'write', async ({ notes }) => notes.put(key, { text }))
const textsIn = async (storage: ClientStorage<Contents>) => {
  const all = await storage.transact(['notes'], 'read', ({ notes }) => notes.getAll())
  return Object.fromEntries(all.map(({ key, entry }) => [String(key), entry.text]))
}

describe('storage in a file', () => {
  test.each(Object.entries(STORAGE_CONTRACT))('%s', async (_title, check) => {
    const { storages } = nodePorts(folder)
    const reopen = () => Promise.resolve(storagesHere())
    const place = { storages, reopen, wait: () => systemClock.sleep(5) }
    await expect(check(place, 'contract')).resolves.toBeUndefined()
  })

  test.each([
    ['its end', 1],
    ['its half', 10],
    ['all but its first byte', 30],
  ])('a write that was cut off by %s is dropped and told, and those before it stay', async (_what, lost_bytes) => {
    const storage = await opened()
    await put(storage, 'a', '1')
    const whole = await stat(file())
    await put(storage, 'b', '2')
    await storage.close()
    const { size } = await stat(file())
    await truncate(file(), Math.max(size - lost_bytes, whole.size + 1))
    const notices: StorageNotice[] = []
    const again = await opened(notices)
    expect([notices, await textsIn(again)]).toEqual([['torn-write-dropped'], { a: '1' }])
    expect((await stat(file())).size).toBe(whole.size)
    await put(again, 'c', '3')
    await again.close()
    expect(await textsIn(await opened())).toEqual({ a: '1', c: '3' })
  })

  test('a last line of which the disk lost the middle is dropped too', async () => {
    const storage = await opened()
    await put(storage, 'a', '1')
    await storage.close()
    await appendFile(file(), `[["notes",${'\0'.repeat(20)}}]]\n`)
    const notices: StorageNotice[] = []
    const again = await opened(notices)
    expect([await textsIn(again), notices]).toEqual([{ a: '1' }, ['torn-write-dropped']])
    await again.close()
  })

  test('a line that was whole once and is damaged is told by its number, and nothing is changed', async () => {
    const storage = await opened()
    for (const key of ['a', 'b', 'c']) await put(storage, key, key)
    await storage.close()
    const text = (await readFile(file(), 'utf8')).replace('["b"', '"b"')
    await writeFile(file(), text)
    await expect(opened()).rejects.toMatchObject({
      kind: 'corrupt-entry',
      message: expect.stringContaining('Line 2') as unknown,
    })
    expect(await readFile(file(), 'utf8')).toBe(text)
    expect(await readdir(folder)).toEqual(['notes.jsonl'])
  })

  test('one process owns a storage, until the last that has it open has closed it', async () => {
    const storages = storagesHere()
    const one = await storages.open<Contents>('notes', { reader: 1 })
    const two = await storages.open<Contents>('notes', { reader: 1 })
    await expect(opened()).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(storagesHere().erase('notes')).rejects.toMatchObject({ kind: 'blocked' })
    await one.close()
    await expect(opened()).rejects.toMatchObject({ kind: 'unavailable' })
    await put(two, 'a', '1')
    await two.close()
    expect(await textsIn(await opened())).toEqual({ a: '1' })
  })

  test('the lock of a process that has ended is taken over, and one that cannot be read is not', async () => {
    const ended = spawn(process.execPath, ['-e', ''])
    await once(ended, 'exit')
    await writeFile(`${file()}.lock`, JSON.stringify({ name: 'a', pid: ended.pid, started: '1' }))
    await (await opened()).close()
    // Its number belongs to another process by now.
    await writeFile(`${file()}.lock`, JSON.stringify({ name: 'a', pid: process.pid, started: '1' }))
    await (await opened()).close()
    await writeFile(`${file()}.lock`, 'x')
    await expect(opened()).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await readFile(`${file()}.lock`, 'utf8')).toBe('x')
  })

  test('a file that has grown is written as it is, and everything stays', async () => {
    const storage = await opened()
    const long = 'x'.repeat(20_000)
    for (let count = 0; count < 100; count++) await put(storage, `key ${count % 3}`, `${count} ${long}`)
    const { size } = await stat(file())
    expect(size).toBeLessThan(500_000)
    const expected = await textsIn(storage)
    await storage.close()
    expect(await readdir(folder)).toEqual(['notes.jsonl'])
    const again = await opened()
    expect(await textsIn(again)).toEqual(expected)
    expect(expected['key 0']).toBe(`99 ${long}`)
    await again.close()
  })

  test('a folder that cannot be made is unavailable', async () => {
    await writeFile(join(folder, 'file'), '')
    const storages = new FileStorages(join(folder, 'file'), { clock: systemClock, random: systemRandom })
    await expect(storages.open('notes', { reader: 1 })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('a full disk refuses a write aloud, and keeps those before it', async () => {
    // Beyond this size every write fails, as on a full disk, after a part of it was made.
    const command = `ulimit -f 256; exec "${process.execPath}" "${join(import.meta.dirname, 'file-writer.ts')}" "${folder}"`
    const writer = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    for await (const line of createInterface({ input: writer.stdout })) lines.push(line)
    const acknowledged = lines.length - 1
    expect(acknowledged).toBeGreaterThan(4)
    expect(lines.at(-1)).toBe(`full ${acknowledged}`)
    const notices: StorageNotice[] = []
    const storage = await opened(notices)
    expect(Object.keys(await textsIn(storage))).toHaveLength(acknowledged)
    expect(notices).toEqual([])
    await storage.close()
  })

  test('a process that is killed while it writes loses nothing that it had acknowledged, and no half of a change', async () => {
    let written = 0
    for (let round = 0; round < effort(1, 5); round++) {
      const writer = spawn(process.execPath, [join(import.meta.dirname, 'file-writer.ts'), folder, String(written)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let acknowledged = written
      for await (const line of createInterface({ input: writer.stdout })) {
        acknowledged = Number(line)
        if (acknowledged >= written + 20 + 7 * round) break
      }
      writer.kill('SIGKILL')
      await once(writer, 'exit')
      const storage = await opened()
      const { notes, outbox } = await storage.transact(['notes', 'outbox'], 'read', async (stores) => ({
        notes: await stores.notes.getKeys(),
        outbox: await stores.outbox.getKeys(),
      }))
      expect(outbox).toEqual(notes)
      expect(notes).toEqual(Array.from({ length: notes.length }, (_, at) => at + 1))
      expect(notes.length).toBeGreaterThanOrEqual(acknowledged)
      written = notes.length
      await storage.close()
    }
  })
})
