import { expect, test } from 'vitest'

import { json, problem } from '#tests/client/api/harness.ts'
import type { Channels } from '#shared/client/ports.ts'
import { statusInWords } from '#shared/client/status-in-words.ts'
import { StorageError } from '#shared/client/storage.ts'
import type { PushBody } from '#shared/client/store/answers.ts'
import { Device, made, names, played, SECOND_MS, sessionOf, type StandInService } from './stand-in.ts'

test(
  'a guest’s records go into the account once, under the guest’s client, and a guest again begins with nothing',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    const ids = [await made(client, 'One'), await made(client, 'Two')]
    await client.change('audience', ids[1]!, { set: { description: 'x' } })
    expect(statusInWords(client.status)).toBe('Saved on this device only')
    expect(service.met).toEqual([])
    await client.signIn(sessionOf('a'))
    expect(names(client)).toEqual(['One', 'Two'])
    await client.syncNow()
    expect(client.status).toMatchObject({ is_migrating: false, pending: 0 })
    expect(service.records('a').map((row) => row['audience_id'])).toEqual(ids)
    const pushes = service.bodies('push')
    const told = pushes.filter(({ migration }) => migration)
    expect(told).toMatchObject([{ migration: { expected: 2, found: 2 } }])
    await made(client, 'Three')
    await client.syncNow()
    const [guest_id, account_id] = [told[0]!.client_id, service.bodies('push').at(-1)!.client_id]
    expect(guest_id).not.toBe(account_id)
    await client.signOut()
    expect(names(client)).toEqual([])
    await made(client, 'Of the next guest')
    await client.signIn(sessionOf('a'))
    await client.syncNow()
    const next = service.bodies('push').filter(({ migration }) => migration)
    expect(next).toHaveLength(2)
    expect(next[1]!.client_id).not.toBe(guest_id)
  }),
)

test(
  'a page gets the same list until a record changes, also while a guest moves in and while nobody is there',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    await made(client, 'One')
    const given: boolean[] = []
    client.subscribe(() => given.push(client.list('audience') === client.list('audience')))
    service.is_offline = true
    await client.signIn(sessionOf('a'))
    expect(client.status.is_migrating).toBe(true)
    const list = client.list('audience')
    expect(list).toHaveLength(1)
    expect(client.list('audience')).toBe(list)
    await made(client, 'Two')
    expect(client.list('audience')).not.toBe(list)
    service.is_offline = false
    await client.syncNow()
    await client.signOut()
    expect(given.length).toBeGreaterThan(5)
    expect(given).not.toContain(false)
  }),
)

test('a migration that is cut off anywhere, and begun again, makes each record once', async () => {
  for (let cut_at = 1; cut_at <= 12; cut_at++) {
    let writes = -Infinity
    const device = new Device({
      onCommit: () => {
        if (++writes === cut_at) throw new StorageError('unavailable', 'cut off')
      },
    })
    await device.play(async () => {
      const { service } = device
      const guest = await device.open()
      for (const name of ['One', 'Two', 'Three']) await made(guest.client, name)
      writes = 0
      await guest.client.signIn(sessionOf('a')).catch(() => undefined)
      await device.pass(SECOND_MS)
      expect(writes).toBeGreaterThanOrEqual(cut_at)
      writes = -Infinity
      guest.end()
      const again = await device.open(sessionOf('a'))
      await again.client.syncNow()
      await device.pass(120 * SECOND_MS)
      expect([cut_at, names(again.client)]).toEqual([cut_at, ['One', 'Three', 'Two']])
      expect(service.records('a').map(({ version }) => version)).toEqual([1, 1, 1])
      expect(again.client.status).toMatchObject({ is_migrating: false, pending: 0, conflicts: 0, invalid: 0 })
    })
  }
})

test(
  'a guest’s tab that is open elsewhere while the plan is written closes to writing and says so',
  played(async (device) => {
    const { service } = device
    const [one, two] = [await device.open(), await device.open()]
    await made(one.client, 'One')
    service.is_offline = true
    await one.client.signIn(sessionOf('a'))
    expect(await two.client.create('audience', { name: 'Late' })).toMatchObject({
      ok: false,
      problem: { kind: 'conflict' },
    })
    await device.pass(SECOND_MS)
    expect(two.client.status.elsewhere).toBe('signed-in')
    expect(statusInWords(two.client.status)).toBe('Signed in in another tab: reload')
    await two.client.signIn(sessionOf('a'))
    expect(names(two.client)).toEqual(['One'])
    service.is_offline = false
    await two.client.syncNow()
    await one.client.syncNow()
    await device.pass(60 * SECOND_MS)
    for (const { client } of [one, two]) {
      expect(client.status).toMatchObject({ is_migrating: false, pending: 0 })
      expect(names(client)).toEqual(['One'])
    }
    expect(service.records('a')).toHaveLength(1)
  }),
)

test(
  'what was refused of a guest waits for the user in the account, once',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    const [bad, good] = [await made(client, 'Bad'), await made(client, 'Good')]
    service.refused.set(bad, {})
    await client.signIn(sessionOf('a'))
    await client.syncNow()
    expect(service.records('a')).toMatchObject([{ audience_id: good }])
    expect(client.status).toMatchObject({ is_migrating: false, invalid: 1 })
    service.refused.clear()
    await client.retry(client.aside[0]!.seq)
    await client.syncNow()
    expect(service.records('a').map(({ name }) => name)).toEqual(['Good', 'Bad'])
  }),
)

test(
  'a guest whose records the server lost between its answer and the check sends them again',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    await made(client, 'One')
    let is_lost = false
    service.instead = ({ path, body }) => {
      const { migration } = (body ?? {}) as PushBody
      if (path !== '/api/sync/pull' || is_lost || migration) return undefined
      is_lost = service.lose('a')
      return undefined
    }
    await client.signIn(sessionOf('a'))
    await device.pass(300 * SECOND_MS)
    expect(is_lost).toBe(true)
    const told = service.bodies('push').flatMap(({ migration }) => (migration ? [migration] : []))
    expect(told[0]).toMatchObject({ expected: 1, found: 0 })
    expect(told.at(-1)).toMatchObject({ expected: 1, found: 1 })
    expect(service.records('a')).toMatchObject([{ name: 'One' }])
    expect(client.status).toMatchObject({ is_migrating: false, pending: 0 })
  }),
)

test(
  'with sync switched off at sign-in the guest’s records stay the guest’s and are told as waiting, until it is on',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    await made(client, 'One')
    service.is_on = false
    await client.signIn(sessionOf('a'))
    await device.pass(SECOND_MS)
    expect(client.status).toMatchObject({ is_guest_waiting: true, is_switched_off: true, is_migrating: false })
    expect(statusInWords(client.status)).toContain('your guest data wait')
    await client.signOut()
    expect(names(client)).toEqual(['One'])
    expect(await client.create('audience', { name: 'Two' })).toMatchObject({ ok: true })
    await client.signIn(sessionOf('a'))
    service.is_on = true
    await device.pass(30 * 60 * SECOND_MS)
    expect(client.status).toMatchObject({ is_guest_waiting: false, is_switched_off: false, is_migrating: false })
    expect(names(client)).toEqual(['One', 'Two'])
    expect(service.records('a')).toHaveLength(2)
  }),
)

test(
  'a migration that has begun goes on only while sync is on',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    await made(client, 'One')
    service.instead = ({ path }) => (path === '/api/sync/push' ? problem('unavailable', 503) : undefined)
    await client.signIn(sessionOf('a'))
    await device.pass(SECOND_MS)
    service.is_on = false
    await device.pass(30 * 60 * SECOND_MS)
    service.instead = () => undefined
    const pushes = service.bodies('push').length
    await device.pass(30 * 60 * SECOND_MS)
    expect(service.bodies('push')).toHaveLength(pushes)
    expect(client.status).toMatchObject({ is_migrating: true, is_switched_off: true })
    expect(names(client)).toEqual(['One'])
    service.is_on = true
    await device.pass(30 * 60 * SECOND_MS)
    expect(service.records('a')).toHaveLength(1)
  }),
)

test(
  'a guest who moves in and meets a faulty server does not hold up the account',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    const id = await made(client, 'Of the guest')
    service.instead = ({ path, body }) => {
      const { mutations = [] } = (body ?? {}) as Partial<PushBody>
      const is_guest = path === '/api/sync/push' && mutations.some((mutation) => mutation['id'] === id)
      return is_guest ? problem('internal', 500) : undefined
    }
    await client.signIn(sessionOf('a'))
    await made(client, 'Of the account')
    await device.pass(60 * SECOND_MS)
    expect(service.records('a')).toMatchObject([{ name: 'Of the account' }])
    expect(names(client)).toEqual(['Of the account', 'Of the guest'])
  }),
)

test(
  'what a guest has typed into forms is there after the sign-in',
  played(async (device) => {
    const { client } = await device.open()
    await client.drafts.save('audience:new', { name: 'Half' })
    await client.signIn(sessionOf('a'))
    expect(await client.drafts.get('audience:new')).toMatchObject({ value: { name: 'Half' } })
  }),
)

test(
  'a plan that was written before its guest was noted as moving keeps the next guest apart',
  played(async (device) => {
    const { client } = await device.open()
    await made(client, 'One')
    await client.signIn(sessionOf('a'))
    await client.close()
    const again = await device.open()
    expect(names(again.client)).toEqual([])
    expect(await again.client.create('audience', { name: 'New guest' })).toMatchObject({ ok: true })
  }),
)

test(
  'what is refused only when a guest’s records are sent again waits for the user in the account as well',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    const [early, late] = [await made(client, 'Refused at first'), await made(client, 'Refused later')]
    service.refused.set(early, {})
    let is_lost = false
    service.instead = ({ path }) => {
      if (path !== '/api/sync/pull' || is_lost) return undefined
      is_lost = service.lose('a')
      service.refused.set(late, {})
      return undefined
    }
    await client.signIn(sessionOf('a'))
    await device.pass(300 * SECOND_MS)
    expect(client.status).toMatchObject({ is_migrating: false, invalid: 2 })
    expect(client.aside.map(({ id }) => id).toSorted()).toEqual([early, late].toSorted())
  }),
)

test(
  'a guest’s delete that the server has not answered is not undone on the screen by what the account has of the record',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    const id = await made(client, 'Made')
    await client.change('audience', id, { set: { name: 'Edited' } })
    await client.delete('audience', id)
    const shown = new Set<string>()
    client.subscribe(() => names(client).forEach((name) => shown.add(name)))
    answerTheFirstAlone(service)
    await client.signIn(sessionOf('a'))
    await device.pass(10 * SECOND_MS)
    expect(service.record('a', id)).toMatchObject({ name: 'Made' })
    expect([...shown]).toEqual([])
    expect(client.get('audience', id)).toMatchObject({ is_deleted: true })
    await device.pass(300 * SECOND_MS)
    expect([...shown]).toEqual([])
  }),
)

test(
  'a guest’s edit that the server has not answered is shown over what the account has of the record already',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    const id = await made(client, 'Made')
    await client.change('audience', id, { set: { name: 'Edited' } })
    const shown = new Set<string>()
    client.subscribe(() => names(client).forEach((name) => shown.add(name)))
    answerTheFirstAlone(service)
    await client.signIn(sessionOf('a'))
    await device.pass(10 * SECOND_MS)
    expect(service.record('a', id)).toMatchObject({ name: 'Made' })
    expect(names(client)).toEqual(['Edited'])
    await device.pass(300 * SECOND_MS)
    expect(service.record('a', id)).toMatchObject({ name: 'Edited' })
    expect([...shown]).toEqual(['Edited'])
  }),
)

test(
  'a record takes no other changes while those of its guest are on their way, and then has them all',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    const id = await made(client, 'Made')
    await client.change('audience', id, { set: { name: 'Edited' } })
    answerTheFirstAlone(service)
    await client.signIn(sessionOf('a'))
    await device.pass(10 * SECOND_MS)
    expect(service.record('a', id)).toMatchObject({ name: 'Made' })
    const changes = [
      () => client.change('audience', id, { set: { name: 'Edited again' } }),
      () => client.delete('audience', id),
      () => client.restore('audience', id),
    ]
    for (const change of changes) expect(await change()).toMatchObject({ ok: false, problem: { kind: 'conflict' } })
    await device.pass(300 * SECOND_MS)
    expect(await changes[0]!()).toMatchObject({ ok: true })
    expect(names(client)).toEqual(['Edited again'])
    await client.syncNow()
    expect(service.record('a', id)).toMatchObject({ name: 'Edited again' })
    expect(client.status).toMatchObject({ pending: 0, conflicts: 0, invalid: 0 })
  }),
)

/** Of the first push of several changes the first is carried out; the rest are answered with "later". */
function answerTheFirstAlone(service: StandInService): void {
  let pushes = 0
  service.instead = ({ path, body }) => {
    const { mutations = [] } = (body ?? {}) as Partial<PushBody>
    if (path !== '/api/sync/push' || mutations.length < 2 || pushes++ > 0) return undefined
    const results = service.answersTo('a', { ...(body as PushBody), mutations: mutations.slice(0, 1) })
    const rest = mutations.slice(1).map(({ seq }) => ({ seq, status: 'retry', retry_after_ms: 60_000 }))
    return json({ success: true, results: [...results, ...rest] })
  }
}

test(
  'a guest’s records stay on the screen of a tab that hears of their arrival before it hears of what arrived',
  played(async (device) => {
    const guest = await device.open()
    await made(guest.client, 'Of a guest')
    const guest_storages = await guest.ports.storages.names()
    await guest.client.close()
    device.service.latency_ms = SECOND_MS
    const first = await device.open(sessionOf('a'))
    const { ports } = device.browser.openTab()
    const hard_of_hearing: Channels = {
      open: (name) => {
        const channel = ports.channels.open(name)
        return guest_storages.includes(name) ? channel : { ...channel, subscribe: () => () => undefined }
      },
    }
    const second = await device.open(sessionOf('a'), { ports: { ...ports, channels: hard_of_hearing } })
    const shown: string[][] = []
    second.client.subscribe(() => shown.push(names(second.client)))
    await device.pass(20 * SECOND_MS)
    expect(first.client.status).toMatchObject({ is_migrating: false, pending: 0 })
    expect(second.client.status).toMatchObject({ is_migrating: false, pending: 0 })
    expect(shown.filter((all) => all.length === 0)).toEqual([])
  }),
)
