import { expect, test } from 'vitest'

import { rescuedData, startOver } from '#shared/client/rescue.ts'
import type { Channels } from '#shared/client/ports.ts'
import { statusInWords } from '#shared/client/status-in-words.ts'
import { StorageError } from '#shared/client/storage.ts'
import { Device, made, names, played, SECOND_MS, sessionOf } from './stand-in.ts'

const IDENTITY = sessionOf('a').identity

/** The names of all storages of a browser but the list of them. */
async function accountsOf({ browser }: Device): Promise<string[]> {
  return (await browser.openTab().ports.storages.names()).filter((name) => name !== 'am_directory')
}

/** Puts an entry as another program would. */
async function put({ browser }: Device, store: string, key: string | number, entry: object): Promise<void> {
  const { ports } = browser.openTab()
  for (const name of await ports.storages.names()) {
    if (name === 'am_directory') continue
    const storage = await ports.storages.open<Record<string, object>>(name, { reader: 99 })
    await storage.transact([store], 'write', async (stores) => {
      stores[store]!.put(key, entry)
      await Promise.resolve()
    })
    await storage.close()
  }
}

/** Of a tab that hears nothing, and says nothing. */
const SILENT_CHANNELS: Channels = {
  open: () => ({
    reaches_other_tabs: true,
    post: () => undefined,
    subscribe: () => () => undefined,
    close: () => undefined,
  }),
}

test('a full store refuses the next change aloud, keeps those before it, lets delete, and is good again when there is room', async () => {
  const room = { bytes: Infinity }
  const device = new Device({
    onCommit: (_, changes) => {
      const entries = changes.flatMap(([, made_changes]) => [...made_changes.entries])
      if (JSON.stringify(entries).length > room.bytes) throw new StorageError('full', 'There is no room.')
    },
  })
  await device.play(async () => {
    const { client, lifecycle } = await device.open()
    const id = await made(client, 'Kept')
    room.bytes = 1000
    const outcome = await client.create('audience', { name: 'Too much', description: 'x'.repeat(2000) })
    expect(outcome).toMatchObject({ ok: false, problem: { kind: 'full' } })
    expect(client.status.storage).toBe('full')
    expect(statusInWords(client.status)).toBe('This device is full: the last change was not saved')
    expect(names(client)).toEqual(['Kept'])
    expect(await client.delete('audience', id)).toMatchObject({ ok: true })
    expect(names(client)).toEqual([])
    expect(await client.create('audience', { name: 'Too much', description: 'x'.repeat(2000) })).toMatchObject({
      ok: false,
    })
    room.bytes = Infinity
    lifecycle.play('focus')
    await device.pass(SECOND_MS)
    expect(client.status.storage).toBe('ok')
  })
})

test('a store that is full to the last byte has room for a deletion, and keeps some for the next one', async () => {
  const kept = new Map<string, number>()
  let bytes_max = Infinity
  const device = new Device({
    // As a browser counts: what a transaction deletes makes room for later ones.
    onCommit: (name, changes) => {
      const entries = changes.flatMap(([store, { entries: of_store }]) =>
        [...of_store].map(({ key, entry }) => {
          const bytes = entry === undefined ? 0 : JSON.stringify(entry).length
          return { at: JSON.stringify([name, store, key]), bytes }
        }),
      )
      const written = entries.reduce((sum, { bytes }) => sum + bytes, 0)
      const used = [...kept.values()].reduce((sum, bytes) => sum + bytes, 0)
      if (written > 0 && used + written > bytes_max) throw new StorageError('full', 'There is no room.')
      for (const { at, bytes } of entries) kept.set(at, bytes)
    },
  })
  const hasReserve = () => [...kept].some(([at, bytes]) => at.endsWith('"meta","reserve"]') && bytes > 0)
  await device.play(async () => {
    const { client } = await device.open()
    const ids = [await made(client, 'First'), await made(client, 'Second')]
    await device.pass(1)
    expect(hasReserve()).toBe(true)
    bytes_max = 0
    expect(await client.create('audience', { name: 'Too much' })).toMatchObject({ problem: { kind: 'full' } })
    bytes_max = [...kept.values()].reduce((sum, bytes) => sum + bytes, 0)
    for (const id of ids) expect(await client.delete('audience', id)).toMatchObject({ ok: true })
    expect(names(client)).toEqual([])
    expect(hasReserve()).toBe(false)
    await client.close()
    bytes_max = Infinity
    const { client: later } = await device.open()
    await device.pass(1)
    expect(names(later)).toEqual([])
    expect(hasReserve()).toBe(true)
  })
})

test('a store that is full while the sync writes is told, and what the sync could not keep comes again', async () => {
  let is_full = false
  const device = new Device({
    onCommit: () => {
      if (is_full) throw new StorageError('full', 'There is no room.')
    },
  })
  await device.play(async () => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    const id = await made(client, 'One')
    await client.syncNow()
    service.change('a', id, { name: 'Theirs' })
    is_full = true
    await client.syncNow()
    expect(client.status).toMatchObject({ storage: 'full', is_online: true })
    expect(names(client)).toEqual(['One'])
    is_full = false
    await device.pass(60 * SECOND_MS)
    expect(client.status.storage).toBe('ok')
    expect(names(client)).toEqual(['Theirs'])
  })
})

test(
  'data that the browser cleared under two tabs are noticed and fetched again; unsent changes are kept again, once and in order',
  played(async (device) => {
    const { service } = device
    const tabs = [await device.open(sessionOf('a')), await device.open(sessionOf('a'))] as const
    const [{ client }] = tabs
    await made(client, 'Sent')
    await client.syncNow()
    service.is_offline = true
    const id = await made(client, 'Unsent')
    await device.pass(1)
    await device.clear()
    expect(await client.change('audience', id, { set: { description: 'after' } })).toMatchObject({ ok: true })
    expect(client.status.storage).toBe('cleared')
    expect(statusInWords(client.status)).toContain('the browser has cleared the data of this site')
    device.browser.storages.tell((await accountsOf(device))[0]!, 'connection-lost')
    await device.pass(SECOND_MS)
    expect(client.status.pending).toBe(2)
    service.is_offline = false
    await client.syncNow()
    await device.pass(SECOND_MS)
    expect(service.records('a')).toMatchObject([{ name: 'Sent' }, { name: 'Unsent', description: 'after' }])
    for (const tab of tabs) {
      expect(names(tab.client)).toEqual(['Sent', 'Unsent'])
      expect(tab.client.status).toMatchObject({ pending: 0, conflicts: 0, invalid: 0 })
    }
    expect(client.status.storage).toBe('ok')
    for (const tab of tabs) await tab.client.close()
    const again = await device.open(sessionOf('a'))
    expect(names(again.client)).toEqual(['Sent', 'Unsent'])
  }),
)

test('what a full device could not keep again after its browser had cleared it is kept with the next look, and told', async () => {
  let is_full = false
  const device = new Device({
    onCommit: (_, changes) => {
      const puts_back = changes.some(([store]) => store === 'outbox')
      if (is_full && puts_back) throw new StorageError('full', 'There is no room.')
    },
  })
  await device.play(async () => {
    const { client, lifecycle } = await device.open()
    await made(client, 'Unsent')
    await device.pass(1)
    await device.clear()
    is_full = true
    lifecycle.play('focus')
    device.browser.storages.tell((await accountsOf(device))[0]!, 'connection-lost')
    await device.pass(SECOND_MS)
    expect(client.unsent.count).toBe(1)
    const linesOf = () => client.log.map(({ text }) => text)
    expect(linesOf().at(-1)).toMatch(/^The browser has cleared/)
    is_full = false
    lifecycle.play('visible')
    await device.pass(SECOND_MS)
    expect(names(client)).toEqual(['Unsent'])
    expect(linesOf().at(-1)).toBe('What was not sent is kept again')
    await client.close()
    expect(names((await device.open()).client)).toEqual(['Unsent'])
  })
})

test(
  'a tab that slept while the browser cleared the data puts nothing back that another has put back, whatever became of it',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    service.is_offline = true
    const id = await made(client, 'Unsent')
    const sleeper = device.browser.openTab()
    await device.open(sessionOf('a'), { ports: { ...sleeper.ports, channels: SILENT_CHANNELS } })
    await device.clear()
    await client.change('audience', id, { set: { name: 'After' } })
    service.is_offline = false
    await client.syncNow()
    await client.delete('audience', id)
    await client.syncNow()
    const shown = new Set<string>()
    client.subscribe(() => names(client).forEach((name) => shown.add(name)))
    sleeper.lifecycle.play('resume')
    await device.pass(60 * SECOND_MS)
    expect([...shown]).toEqual([])
    expect(client.status).toMatchObject({ pending: 0, conflicts: 0, invalid: 0 })
    const pushed = service.bodies('push').flatMap(({ mutations }) => mutations)
    expect(pushed.map(({ op }) => op)).toEqual(['create', 'patch', 'delete'])
  }),
)

test(
  'data that the browser cleared while no tab was open are fetched again',
  played(async (device) => {
    const { client } = await device.open(sessionOf('a'))
    await made(client, 'Sent')
    await client.syncNow()
    await client.close()
    await device.clear()
    const again = await device.open(sessionOf('a'))
    expect(names(again.client)).toEqual([])
    expect(statusInWords(again.client.status)).not.toBe('Saved')
    await again.client.syncNow()
    expect(names(again.client)).toEqual(['Sent'])
  }),
)

test(
  'an unreadable change is set apart: counted, shown, in the download, and can be discarded; the others go on',
  played(async (device) => {
    const { service } = device
    const before = await device.open(sessionOf('a'))
    service.is_offline = true
    await made(before.client, 'Good')
    await before.client.close()
    await put(device, 'outbox', 7, { seq: 7, what: 'nobody knows' })
    const { client } = await device.open(sessionOf('a'))
    expect(client.status).toMatchObject({ quarantined: 1, pending: 1 })
    expect(statusInWords(client.status)).toContain('1 change cannot be read')
    const [entry] = await client.quarantine.list()
    expect(entry).toMatchObject({ entry: { what: 'nobody knows' } })
    expect((await client.downloadData()).unreadable).toMatchObject([{ entry: { what: 'nobody knows' } }])
    service.is_offline = false
    await client.syncNow()
    expect(service.records('a')).toMatchObject([{ name: 'Good' }])
    await client.quarantine.discard(entry!.key)
    expect(client.status.quarantined).toBe(0)
    expect(await client.quarantine.list()).toEqual([])
  }),
)

test(
  'a change that becomes unreadable while a tab is open is set apart as well',
  played(async (device) => {
    const { service } = device
    service.is_offline = true
    const { client } = await device.open(sessionOf('a'))
    await made(client, 'Good')
    await put(device, 'outbox', 9, { seq: 9 })
    await made(client, 'Better')
    service.is_offline = false
    await client.close()
    const again = await device.open(sessionOf('a'))
    await again.client.syncNow()
    expect(service.records('a').map(({ name }) => name)).toEqual(['Good', 'Better'])
    expect(again.client.status.quarantined).toBe(1)
  }),
)

test(
  'rows that cannot be read are fetched again',
  played(async (device) => {
    const before = await device.open(sessionOf('a'))
    await made(before.client, 'One')
    await before.client.syncNow()
    await before.client.close()
    await put(device, 'rows', 'broken', { row: 'no object' })
    const { client } = await device.open(sessionOf('a'))
    await client.syncNow()
    expect(names(client)).toEqual(['One'])
  }),
)

test(
  'an old release’s tab meets a later one: refused politely, everything kept',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open(sessionOf('a'))
    service.is_offline = true
    await made(client, 'Unsent')
    await put(device, 'meta', 'min_reader', { min_reader: 2 })
    expect(await client.create('audience', { name: 'Late' })).toMatchObject({
      ok: false,
      problem: { kind: 'newer-version' },
    })
    expect(statusInWords(client.status)).toMatch(/^A newer version of this app has the data: reload/)
    await client.close()
    await expect(device.open(sessionOf('a'))).rejects.toMatchObject({ kind: 'newer-version' })
    await put(device, 'meta', 'min_reader', { min_reader: 1 })
    const again = await device.open(sessionOf('a'))
    expect(names(again.client)).toEqual(['Unsent'])
  }),
)

test(
  'what a later release has added to an entry stays as it is, also over what this one does with it',
  played(async (device) => {
    const { service } = device
    const before = await device.open(sessionOf('a'))
    service.is_offline = true
    const id = await made(before.client, 'One')
    const [entry] = before.client.status.pending === 1 ? await outboxOf(device) : []
    await before.client.close()
    await put(device, 'outbox', 1, { ...entry, later: { of: 'the next release' } })
    const { client } = await device.open(sessionOf('a'))
    service.is_offline = false
    service.refused.set(id, {})
    await client.syncNow()
    await client.correct(client.aside[0]!.seq, { set: { name: 'Two' } })
    expect(await outboxOf(device)).toMatchObject([{ seq: 2, later: { of: 'the next release' } }])
  }),
)

test(
  'a store that cannot be opened gives its outbox as a file, and begins again with nothing; others’ stay closed',
  played(async (device) => {
    const { service } = device
    service.is_offline = true
    const { client } = await device.open(sessionOf('b'))
    await made(client, 'Of b')
    await client.signIn(sessionOf('a'))
    const id = await made(client, 'Of a')
    await client.close()
    await put(device, 'meta', 'min_reader', { min_reader: 2 })
    await expect(device.open(sessionOf('a'))).rejects.toMatchObject({ kind: 'newer-version' })
    const { ports } = device.browser.openTab()
    const file = await rescuedData(ports, IDENTITY)
    expect(file.unsent).toMatchObject([{ id, change: { value: { name: 'Of a' } } }])
    await startOver(ports, IDENTITY)
    const again = await device.open(sessionOf('a'))
    expect(names(again.client)).toEqual([])
    expect(await again.client.uploadData(file)).toEqual({ made: 1, known: 0, refused: 0 })
    service.is_offline = false
    await again.client.syncNow()
    expect(service.records('a')).toMatchObject([{ audience_id: id, name: 'Of a' }])
    expect((await rescuedData(ports, sessionOf('b').identity)).unsent).toMatchObject([
      { change: { value: { name: 'Of b' } } },
    ])
  }),
)

async function outboxOf({ browser }: Device): Promise<object[]> {
  const { ports } = browser.openTab()
  const found: object[] = []
  for (const name of await ports.storages.names()) {
    const storage = await ports.storages.open<{ outbox: object }>(name, { reader: 99 })
    const stored = await storage.transact(['outbox'], 'read', async ({ outbox }) => await outbox.getAll())
    found.push(...stored.map(({ entry }) => entry))
    await storage.close()
  }
  return found
}
