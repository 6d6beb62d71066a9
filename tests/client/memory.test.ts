import { describe, expect, test } from 'vitest'

import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { MemoryBrowser } from '#shared/client/memory/memory-browser.ts'
import { StorageError } from '#shared/client/storage.ts'
import { STORAGE_CONTRACT } from './storage-contract.ts'

const browserWith = (onCommit?: () => void | Promise<void>): MemoryBrowser =>
  new MemoryBrowser({ clock: systemClock, random: systemRandom, ...(onCommit === undefined ? {} : { onCommit }) })

type Contents = { readonly notes: { readonly text: string } }

describe('storage in memory', () => {
  test.each(Object.entries(STORAGE_CONTRACT))('%s', async (_title, check) => {
    const browser = browserWith()
    const { storages } = browser.openTab().ports
    const reopen = () => Promise.resolve(browser.openTab().ports.storages)
    const place = { storages, reopen, wait: () => systemClock.sleep(5) }
    await expect(check(place, 'contract')).resolves.toBeUndefined()
  })

  test('a change that does not fit is refused as a whole, and those before it stay', async () => {
    let is_full = false
    const browser = browserWith(() => {
      if (is_full) throw new StorageError('full', 'There is no room left for local data.')
    })
    const storage = await browser.openTab().ports.storages.open<Contents>('notes', { reader: 1 })
    const put = (text: string) =>
      storage.transact(['notes'], 'write', async ({ notes }) => {
        notes.put('a', { text })
        notes.put(text, { text })
      })
    await put('first')
    is_full = true
    await expect(put('second')).rejects.toMatchObject({ kind: 'full' })
    const kept = await storage.transact(['notes'], 'read', ({ notes }) => notes.getAll())
    expect(kept.map(({ key, entry }) => [key, entry.text])).toEqual([
      ['a', 'first'],
      ['first', 'first'],
    ])
  })

  test('a tab that ends keeps what it had acknowledged, and nothing of what it was writing', async () => {
    const arrived = Promise.withResolvers<void>()
    const browser = browserWith()
    const [one, other] = [browser.openTab(), browser.openTab()]
    const storage = await one.ports.storages.open<Contents>('notes', { reader: 1 })
    await storage.transact(['notes'], 'write', async ({ notes }) => notes.put('acknowledged', { text: '1' }))
    const torn = storage.transact(['notes'], 'write', async ({ notes }) => {
      notes.put('torn', { text: '1' })
      await notes.get('torn')
      arrived.resolve()
    })
    await arrived.promise
    one.end()
    await expect(torn).rejects.toMatchObject({ kind: 'closed' })
    const seen = await other.ports.storages.open<Contents>('notes', { reader: 1 })
    expect(await seen.transact(['notes'], 'read', ({ notes }) => notes.getKeys())).toEqual(['acknowledged'])
  })

  test('what is read cannot be changed in place', async () => {
    const storage = await browserWith().openTab().ports.storages.open<{ notes: { tags: string[] } }>('n', { reader: 1 })
    const sent = { tags: ['a'] }
    await storage.transact(['notes'], 'write', async ({ notes }) => notes.put('one', sent))
    const found = await storage.transact(['notes'], 'read', ({ notes }) => notes.get('one'))
    expect(() => found?.tags.push('b')).toThrow(TypeError)
    expect(sent.tags).toEqual(['a'])
  })
})

describe('locks in memory', () => {
  test('a lock goes to those who wait, in order, and each holds it alone', async () => {
    const browser = browserWith()
    const [one, two, three] = [browser.openTab(), browser.openTab(), browser.openTab()]
    const held = await one.ports.locks.acquire('sync')
    const order: string[] = []
    const second = two.ports.locks.acquire('sync').then((lock) => (order.push('two'), lock))
    const third = three.ports.locks.acquire('sync').then((lock) => (order.push('three'), lock))
    expect(await two.ports.locks.tryAcquire('sync')).toBeUndefined()
    await systemClock.turn()
    expect(order).toEqual([])
    held.release()
    held.release()
    const taken = await second
    await systemClock.turn()
    expect(order).toEqual(['two'])
    taken.release()
    ;(await third).release()
    expect(await one.ports.locks.tryAcquire('sync')).toBeDefined()
  })

  test('the locks of a tab that ends are free, and it gets none that it waited for', async () => {
    const browser = browserWith()
    const [one, two] = [browser.openTab(), browser.openTab()]
    const held = await one.ports.locks.acquire('sync')
    const waiting = one.ports.locks.acquire('sync')
    const next = two.ports.locks.acquire('sync')
    one.end()
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' })
    expect(held.lost.aborted).toBe(true)
    held.release()
    expect((await next).lost.aborted).toBe(false)
    expect(await browser.openTab().ports.locks.tryAcquire('sync')).toBeUndefined()
  })

  test('who no longer waits for a lock does not get it', async () => {
    const { locks } = browserWith().openTab().ports
    const held = await locks.acquire('sync')
    const stop = new AbortController()
    const stopped = locks.acquire('sync', stop.signal)
    const next = locks.acquire('sync')
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ name: 'LockError', kind: 'aborted' })
    held.release()
    ;(await next).release()
    await expect(locks.acquire('sync', AbortSignal.abort())).rejects.toMatchObject({ kind: 'aborted' })
  })
})

describe('channels in memory', () => {
  test('a message reaches every other channel of its name, and nobody who has closed', async () => {
    const browser = browserWith()
    const [one, two, gone] = [browser.openTab(), browser.openTab(), browser.openTab()]
    const heard: unknown[] = []
    const listen = (who: string, tab = two, name = 'rows') =>
      tab.ports.channels.open(name).subscribe((message) => heard.push([who, message]))
    const sender = one.ports.channels.open('rows')
    sender.subscribe((message) => heard.push(['sender', message]))
    listen('same tab', one)
    listen('other tab')
    listen('other name', two, 'else')
    listen('gone', gone)
    const end = listen('unsubscribed')
    end()
    sender.post({ changed: ['aud_1'] })
    gone.end()
    await systemClock.turn()
    expect(heard).toEqual([
      ['same tab', { changed: ['aud_1'] }],
      ['other tab', { changed: ['aud_1'] }],
    ])
  })
})

test('the life of a page is played, and its state follows', () => {
  const { lifecycle, ports } = browserWith().openTab()
  const heard: string[] = []
  const end = ports.lifecycle.subscribe((event) => heard.push(event))
  lifecycle.play('hidden')
  lifecycle.play('offline')
  expect(ports.lifecycle.state()).toEqual({ is_visible: false, has_focus: false, is_online_hint: false })
  lifecycle.play('visible')
  end()
  lifecycle.play('focus')
  expect(heard).toEqual(['hidden', 'offline', 'visible'])
  expect(ports.lifecycle.state()).toEqual({ is_visible: true, has_focus: true, is_online_hint: false })
})
