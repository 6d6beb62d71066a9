import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'

import type { Fault } from '#infra/stand-ins/kms/faults.ts'
import { LOCAL_KEY, type Kms } from '#infra/stand-ins/kms/server.ts'
import { systemClock } from '#shared/base/clock.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import type { KeyErrorKind } from '#shared/credentials/key-wrapper.ts'
import {
  adapterOf,
  bytesOf,
  keyErrorOf,
  start,
  temporaryFolder,
  textOf,
} from '#tests/infra/stand-ins/kms/kms-fixture.ts'
import { VirtualClock } from '#tests/simulation/virtual-clock.ts'

const AAD = bytesOf('["am1","bucket","user"]')
const SECRET = bytesOf('{"api_key":"secret"}')
const version = (id: number) => `${LOCAL_KEY}/cryptoKeyVersions/${id}`

const closings: (() => void)[] = []
afterEach(() => {
  for (const close of closings.splice(0)) close()
})

/** Something that answers in the service's place. */
async function impostor(listener: RequestListener): Promise<{ url: string; key_name: string }> {
  const server = createServer((request, response) => void request.resume().on('end', () => listener(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closings.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key_name: LOCAL_KEY }
}

const answering = (status: number, body: string): RequestListener => {
  return (_, response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

describe('the adapter for Cloud KMS', () => {
  test('opens what it encrypted, with one request each, and names the version', async () => {
    const kms = await start()
    const keys = adapterOf(kms)
    const { ciphertext, key_version } = await keys.encrypt(SECRET, AAD)
    expect(key_version).toBe(version(1))
    expect(textOf(await keys.decrypt(ciphertext, AAD))).toBe(textOf(SECRET))
    expect(kms.operations.counts()).toMatchObject({ encrypt: 1, decrypt: 1, get: 0 })
  })

  test.each([0, 1, 64 * 1024])('carries %i bytes unchanged', async (length) => {
    const keys = adapterOf(await start())
    const plaintext = crypto.getRandomValues(new Uint8Array(length))
    const { ciphertext } = await keys.encrypt(plaintext, AAD)
    expect(Buffer.from(await keys.decrypt(ciphertext, AAD)).equals(plaintext)).toBe(true)
  })

  test('knows the primary version before and after a rotation', async () => {
    const kms = await start()
    const keys = adapterOf(kms)
    expect(await keys.primaryVersion()).toBe(version(1))
    kms.rotate()
    expect(await keys.primaryVersion()).toBe(version(2))
    expect((await keys.encrypt(SECRET, AAD)).key_version).toBe(version(2))
  })

  const FAILURES: readonly [string, (kms: Kms) => void, KeyErrorKind][] = [
    ['503', (kms) => kms.faults.add({ fault: 'unavailable' }), 'unavailable'],
    ['429', (kms) => kms.faults.add({ fault: 'rate_limited' }), 'unavailable'],
    ['a connection that breaks', (kms) => kms.faults.add({ fault: 'lost_answer' }), 'unavailable'],
    ['403', (kms) => kms.faults.add({ fault: 'denied' }), 'denied'],
    ['a disabled version', (kms) => kms.setState('1', 'DISABLED'), 'key_unusable'],
    ['a version about to be destroyed', (kms) => kms.setState('1', 'DESTROY_SCHEDULED'), 'key_unusable'],
    ['a destroyed version', (kms) => kms.setState('1', 'DESTROYED'), 'key_unusable'],
  ]
  test.each(FAILURES)('takes %s for what the caller should do about it', async (_, fail, kind) => {
    const kms = await start()
    const keys = adapterOf(kms)
    const { ciphertext } = await keys.encrypt(SECRET, AAD)
    fail(kms)
    expect(await keyErrorOf(keys.decrypt(ciphertext, AAD))).toMatchObject({ kind })
    expect(await keyErrorOf(keys.encrypt(SECRET, AAD))).toMatchObject({ kind })
  })

  test('says which version is in what state', async () => {
    const kms = await start()
    kms.setState('1', 'DISABLED')
    const error = await keyErrorOf(adapterOf(kms).encrypt(SECRET, AAD))
    expect(error.message).toContain(`${version(1)} is not enabled, current state is: DISABLED`)
  })

  test('takes a key that is not there for unusable', async () => {
    const kms = await start()
    const keys = adapterOf({ url: kms.url, key_name: `${LOCAL_KEY}-absent` })
    expect(await keyErrorOf(keys.encrypt(SECRET, AAD))).toMatchObject({ kind: 'key_unusable' })
    expect(await keyErrorOf(keys.primaryVersion())).toMatchObject({ kind: 'key_unusable' })
  })

  test('refuses other AAD and any flipped bit', async () => {
    const keys = adapterOf(await start())
    const { ciphertext } = await keys.encrypt(SECRET, AAD)
    expect(await keyErrorOf(keys.decrypt(ciphertext, bytesOf('other')))).toMatchObject({ kind: 'refused' })
    for (let at = 0; at < ciphertext.length; at += 5) {
      const damaged = Uint8Array.from(ciphertext)
      damaged[at]! ^= 1 << (at % 8)
      expect(await keyErrorOf(keys.decrypt(damaged, AAD))).toMatchObject({ kind: 'refused' })
    }
  })
})

describe('checksums', () => {
  const DAMAGES: readonly Fault[] = ['damaged_request', 'damaged_answer']
  test.each(DAMAGES)('find a %s in both operations, and the next attempt mends it', async (fault) => {
    const kms = await start()
    const keys = adapterOf(kms)
    kms.faults.add({ fault, times: 2 })
    const { ciphertext } = await keys.encrypt(SECRET, AAD)
    kms.faults.add({ fault, times: 2 })
    expect(textOf(await keys.decrypt(ciphertext, AAD))).toBe(textOf(SECRET))
    expect(kms.operations.counts()).toMatchObject({ encrypt: 3, decrypt: 3 })
  })

  test.each([...DAMAGES, 'checksums_lost'] as const)('never let a lasting %s pass', async (fault) => {
    const kms = await start()
    const keys = adapterOf(kms)
    const { ciphertext } = await keys.encrypt(SECRET, AAD)
    kms.faults.add({ fault })
    expect(await keyErrorOf(keys.encrypt(SECRET, AAD))).toMatchObject({ kind: 'unavailable' })
    if (fault === 'checksums_lost') return
    expect(await keyErrorOf(keys.decrypt(ciphertext, AAD))).toMatchObject({ kind: 'unavailable' })
  })

  test('that are missing from the answer do not count as right', async () => {
    const body = JSON.stringify({
      name: version(1),
      ciphertext: 'AAAA',
      verifiedPlaintextCrc32c: true,
      verifiedAdditionalAuthenticatedDataCrc32c: true,
      plaintext: 'AAAA',
    })
    const keys = adapterOf(await impostor(answering(200, body)))
    expect(await keyErrorOf(keys.encrypt(SECRET, AAD))).toMatchObject({ kind: 'unavailable' })
    expect(await keyErrorOf(keys.decrypt(SECRET, AAD))).toMatchObject({ kind: 'unavailable' })
  })

  test('count only when the service says of each part of the request that it checked it', async () => {
    const kms = await start()
    const { ciphertext } = await adapterOf(kms).encrypt(SECRET, AAD)
    const answer = {
      name: version(1),
      ciphertext: Buffer.from(ciphertext).toString('base64'),
      ciphertextCrc32c: String(crc32c(ciphertext)),
    }
    for (const plaintext of [true, false, undefined]) {
      for (const aad of [true, false, undefined]) {
        const said = { verifiedPlaintextCrc32c: plaintext, verifiedAdditionalAuthenticatedDataCrc32c: aad }
        const keys = adapterOf(await impostor(answering(200, JSON.stringify({ ...answer, ...said }))))
        const outcome = await keys.encrypt(SECRET, AAD).catch((error: unknown) => (error as { kind: unknown }).kind)
        const expected = { ciphertext: expect.anything() as unknown, key_version: version(1) }
        expect([said, outcome]).toEqual([said, plaintext && aad ? expected : 'unavailable'])
      }
    }
  })

  test('of an answer must be those of its bytes, also of none', async () => {
    for (const [bytes, checksum, is_right] of [
      [SECRET, crc32c(SECRET), true],
      [SECRET, crc32c(SECRET) + 1, false],
      [SECRET, 0, false],
      [new Uint8Array(), 0, true],
    ] as const) {
      const body = { plaintext: Buffer.from(bytes).toString('base64'), plaintextCrc32c: String(checksum) }
      const keys = adapterOf(await impostor(answering(200, JSON.stringify(body))))
      const outcome = await keys
        .decrypt(SECRET, AAD)
        .then(textOf, (error: unknown) => (error as { kind: unknown }).kind)
      expect([checksum, outcome]).toEqual([checksum, is_right ? textOf(bytes) : 'unavailable'])
    }
  })

  test('do not make another key’s answer acceptable', async () => {
    const kms = await start()
    const { ciphertext } = await adapterOf(kms).encrypt(SECRET, AAD)
    const body = JSON.stringify({
      name: version(1).replace('credentials', 'others'),
      ciphertext: Buffer.from(ciphertext).toString('base64'),
      ciphertextCrc32c: String(crc32c(ciphertext)),
      verifiedPlaintextCrc32c: true,
      verifiedAdditionalAuthenticatedDataCrc32c: true,
    })
    const keys = adapterOf(await impostor(answering(200, body)))
    expect((await keyErrorOf(keys.encrypt(SECRET, AAD))).message).toContain('names no version of the key')
  })
})

describe('when Cloud KMS is unavailable', () => {
  test('a call is given up at its limit of ten seconds, not before and not later', async () => {
    const kms = await start()
    const clock = new VirtualClock()
    const keys = adapterOf(kms, { clock })
    kms.faults.add({ fault: 'stall' })
    let failed: unknown
    const call = keyErrorOf(keys.encrypt(SECRET, AAD)).then((error) => (failed = error))
    while (kms.operations.counts().encrypt === 0) await systemClock.turn()
    await clock.advance(9_999)
    expect(failed).toBeUndefined()
    await clock.advance(1)
    expect(await call).toMatchObject({ kind: 'unavailable' })
    expect(String(failed)).toContain('took longer than 10000 ms')
    expect(kms.operations.counts().encrypt).toBe(1)
  })

  test('a request that is given up is called off, and its connection closed', async () => {
    const closed = Promise.withResolvers<string>()
    let is_asked = false
    const silent = await impostor((request) => {
      is_asked = true
      request.socket.on('close', () => closed.resolve('closed'))
    })
    const clock = new VirtualClock()
    const call = keyErrorOf(adapterOf(silent, { clock }).decrypt(SECRET, AAD))
    while (!is_asked) await systemClock.turn()
    await clock.advance(10_000)
    expect([(await call).kind, await closed.promise]).toEqual(['unavailable', 'closed'])
  })

  test('an outage of one attempt goes unnoticed, and a lasting one is tried three times', async () => {
    const kms = await start()
    const keys = adapterOf(kms)
    kms.faults.add({ fault: 'unavailable', times: 1 })
    await keys.encrypt(SECRET, AAD)
    expect(kms.operations.counts().encrypt).toBe(2)
    kms.faults.add({ fault: 'unavailable' })
    await keyErrorOf(keys.encrypt(SECRET, AAD))
    expect(kms.operations.counts().encrypt).toBe(5)
  })

  test('what another attempt cannot mend is not attempted again', async () => {
    const kms = await start()
    const keys = adapterOf(kms)
    const { ciphertext } = await keys.encrypt(SECRET, AAD)
    await keyErrorOf(keys.decrypt(ciphertext, bytesOf('other')))
    for (const fault of ['rate_limited', 'denied'] as const) {
      kms.faults.set({ rules: [{ fault }] })
      await keyErrorOf(keys.decrypt(ciphertext, AAD))
    }
    expect(kms.operations.counts().decrypt).toBe(3)
  })

  test('nobody listening is unavailable and names the network’s reason, and calls work again afterwards', async () => {
    const data_dir = await temporaryFolder()
    const kms = await start({ data_dir })
    const keys = adapterOf(kms)
    const { ciphertext } = await keys.encrypt(SECRET, AAD)
    await kms.close()
    const error = await keyErrorOf(keys.decrypt(ciphertext, AAD))
    expect(error).toMatchObject({ kind: 'unavailable' })
    expect(error.message).toMatch(/ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET/)
    await start({ data_dir, port: kms.port })
    expect(textOf(await keys.decrypt(ciphertext, AAD))).toBe(textOf(SECRET))
  })

  test.each([
    [502, '<html>Bad Gateway</html>'],
    [500, ''],
    [200, '<html>Sign in to the network</html>'],
    [200, ''],
    [200, '{}'],
    [200, 'null'],
  ])('an answer %i %j that is not the service’s is unavailable', async (status, body) => {
    const keys = adapterOf(await impostor(answering(status, body)))
    const errors = [await keyErrorOf(keys.encrypt(SECRET, AAD)), await keyErrorOf(keys.decrypt(SECRET, AAD))]
    expect(errors.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable'])
    expect(errors.map(String).join()).not.toContain('html')
  })
})
