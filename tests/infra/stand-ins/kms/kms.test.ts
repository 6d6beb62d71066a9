import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

import type { FaultRule } from '#infra/stand-ins/kms/faults.ts'
import { LOCAL_KEY, startKms } from '#infra/stand-ins/kms/server.ts'
import { crc32c } from '#shared/base/crc32c.ts'
import { ManualClock } from '#tests/http/manual-clock.ts'
import { base64Of, encryptBody, raw, start, temporaryFolder, type RawAnswer } from './kms-fixture.ts'

const KEY_PATH = `/v1/${LOCAL_KEY}`
const version = (id: string) => `${LOCAL_KEY}/cryptoKeyVersions/${id}`
const DAY_MS = 24 * 60 * 60 * 1000

async function encrypted(kms: { url: string }, plaintext = 'secret', aad = 'aad'): Promise<string> {
  const { status, body } = await raw(kms, 'POST', `${KEY_PATH}:encrypt`, encryptBody(plaintext, aad))
  expect(status).toBe(200)
  return body['ciphertext'] as string
}

const decrypt = (kms: { url: string }, ciphertext: string, aad = 'aad'): Promise<RawAnswer> =>
  raw(kms, 'POST', `${KEY_PATH}:decrypt`, { ciphertext, additionalAuthenticatedData: base64Of(aad) })

describe('the stand-in for Cloud KMS', () => {
  test('encrypts with the primary version, says so, and verifies every checksum it was given', async () => {
    const kms = await start()
    const { status, body } = await raw(kms, 'POST', `${KEY_PATH}:encrypt`, encryptBody('secret', 'aad'))
    expect(status).toBe(200)
    const ciphertext = Buffer.from(body['ciphertext'] as string, 'base64')
    expect(body).toMatchObject({
      name: version('1'),
      ciphertextCrc32c: String(crc32c(ciphertext)),
      verifiedPlaintextCrc32c: true,
      verifiedAdditionalAuthenticatedDataCrc32c: true,
      protectionLevel: 'SOFTWARE',
    })
    expect(ciphertext.includes('secret')).toBe(false)
    const without = await raw(kms, 'POST', `${KEY_PATH}:encrypt`, { plaintext: base64Of('secret') })
    expect(without.body).not.toHaveProperty('verifiedPlaintextCrc32c')
  })

  test('decrypts only with the same AAD, and tells whether the version still is primary', async () => {
    const kms = await start()
    const ciphertext = await encrypted(kms)
    expect((await decrypt(kms, ciphertext)).body).toMatchObject({ plaintext: base64Of('secret'), usedPrimary: true })
    kms.rotate()
    expect((await decrypt(kms, ciphertext)).body).not.toHaveProperty('usedPrimary')
    const moved = await decrypt(kms, ciphertext, 'other')
    expect(moved).toMatchObject({ status: 400, body: { error: { code: 400, status: 'INVALID_ARGUMENT' } } })
  })

  test('gives every encryption of the same plaintext another ciphertext', async () => {
    const kms = await start()
    const ciphertexts = [await encrypted(kms), await encrypted(kms), await encrypted(kms)]
    expect(new Set(ciphertexts).size).toBe(3)
  })

  test('rotates: the new version encrypts, the old one goes on decrypting', async () => {
    const kms = await start()
    const old = await encrypted(kms)
    expect(kms.rotate()).toBe(version('2'))
    const key = await raw(kms, 'GET', KEY_PATH)
    expect(key.body).toMatchObject({ name: LOCAL_KEY, primary: { name: version('2'), state: 'ENABLED' } })
    expect((await decrypt(kms, old)).status).toBe(200)
    const listed = await raw(kms, 'GET', `${KEY_PATH}/cryptoKeyVersions`)
    expect(listed.body).toMatchObject({ totalSize: 2, cryptoKeyVersions: [{ name: version('1') }, {}] })
  })

  test.each(['DISABLED', 'DESTROY_SCHEDULED', 'DESTROYED'] as const)(
    'refuses to use a version that is %s, names it and its state, and goes on with others',
    async (state) => {
      const kms = await start()
      const old = await encrypted(kms)
      kms.rotate()
      const recent = await encrypted(kms)
      kms.setState('1', state)
      const message = `${version('1')} is not enabled, current state is: ${state}.`
      expect(await decrypt(kms, old)).toMatchObject({
        status: 400,
        body: { error: { status: 'FAILED_PRECONDITION', message } },
      })
      expect((await decrypt(kms, recent)).status).toBe(200)
    },
  )

  test('does not encrypt with a primary version that is disabled, and does again when it is enabled', async () => {
    const kms = await start()
    const request = () => raw(kms, 'POST', `${KEY_PATH}:encrypt`, encryptBody('secret', 'aad'))
    const disable = await raw(kms, 'PATCH', `/v1/${version('1')}?updateMask=state`, { state: 'DISABLED' })
    expect(disable.body).toMatchObject({ name: version('1'), state: 'DISABLED' })
    expect((await request()).body.error?.status).toBe('FAILED_PRECONDITION')
    await raw(kms, 'PATCH', `/v1/${version('1')}?updateMask=state`, { state: 1 })
    expect((await request()).status).toBe(200)
  })

  test('destroys thirty days after it was asked to, until then restores, afterwards never', async () => {
    const clock = new ManualClock(Date.parse('2025-05-28T12:00:00Z'))
    const data_dir = await temporaryFolder()
    const kms = await start({ data_dir, clock })
    const ciphertext = await encrypted(kms)
    const at = `/v1/${version('1')}`
    const scheduled = await raw(kms, 'POST', `${at}:destroy`, {})
    expect(scheduled.body).toMatchObject({ state: 'DESTROY_SCHEDULED', destroyTime: '2025-06-27T12:00:00.000Z' })
    expect((await raw(kms, 'POST', `${at}:restore`, {})).body).toMatchObject({ state: 'DISABLED' })
    await raw(kms, 'POST', `${at}:destroy`, {})
    clock.advance(30 * DAY_MS)
    expect((await raw(kms, 'GET', at)).body).toMatchObject({ state: 'DESTROYED' })
    expect((await raw(kms, 'POST', `${at}:restore`, {})).body.error?.status).toBe('FAILED_PRECONDITION')
    expect((await decrypt(kms, ciphertext)).body.error?.message).toContain('DESTROYED')
    const kept = await fs.readFile(path.join(data_dir, 'kms', 'keys.json'), 'utf8')
    expect(kept).toContain('"material":null')
    expect(() => kms.setState('1', 'ENABLED')).toThrow('for ever')
  })

  test('makes a further version primary only when asked to, and only an enabled one', async () => {
    const kms = await start()
    const made = await raw(kms, 'POST', `${KEY_PATH}/cryptoKeyVersions`, {})
    expect(made.body).toMatchObject({ name: version('2'), state: 'ENABLED' })
    expect((await raw(kms, 'GET', KEY_PATH)).body).toMatchObject({ primary: { name: version('1') } })
    const update = () => raw(kms, 'POST', `${KEY_PATH}:updatePrimaryVersion`, { cryptoKeyVersionId: '2' })
    kms.setState('2', 'DISABLED')
    expect((await update()).body.error?.status).toBe('FAILED_PRECONDITION')
    kms.setState('2', 'ENABLED')
    expect((await update()).body).toMatchObject({ primary: { name: version('2') } })
  })
})

describe('the keys', () => {
  test('survive a restart, with their states, in a file for their owner alone', async () => {
    const data_dir = await temporaryFolder()
    const first = await start({ data_dir })
    const [old, recent] = [await encrypted(first), (first.rotate(), await encrypted(first))]
    first.setState('1', 'DISABLED')
    await first.close()
    expect((await fs.stat(path.join(data_dir, 'kms', 'keys.json'))).mode & 0o777).toBe(0o600)

    const second = await start({ data_dir })
    expect((await decrypt(second, recent)).body).toMatchObject({ plaintext: base64Of('secret'), usedPrimary: true })
    expect((await decrypt(second, old)).body.error?.status).toBe('FAILED_PRECONDITION')
    second.setState('1', 'ENABLED')
    expect((await decrypt(second, old)).status).toBe(200)
  })

  test('are not replaced when their file is damaged', async () => {
    const data_dir = await temporaryFolder()
    await (await start({ data_dir })).close()
    const file = path.join(data_dir, 'kms', 'keys.json')
    for (const damage of ['', '{', '{"format":1}', '{"format":2,"keys":[]}']) {
      await fs.writeFile(file, damage)
      await expect(startKms({ data_dir })).rejects.toThrow('keys.json is damaged')
    }
    expect(await fs.readFile(file, 'utf8')).toBe('{"format":2,"keys":[]}')
  })

  test('belong to one process at a time', async () => {
    const data_dir = await temporaryFolder()
    const kms = await start({ data_dir })
    await expect(startKms({ data_dir })).rejects.toThrow('in use')
    await kms.close()
    await start({ data_dir })
  })

  test('do not open each other’s ciphertexts', async () => {
    const data_dir = await temporaryFolder()
    const first = await start({ data_dir })
    const ciphertext = await encrypted(first)
    await first.close()
    const key_name = LOCAL_KEY.replace('credentials', 'others')
    const second = await start({ data_dir, key_name })
    const body = { ciphertext, additionalAuthenticatedData: base64Of('aad') }
    const other = await raw(second, 'POST', `/v1/${key_name}:decrypt`, body)
    expect(other.body.error?.message).toContain("verify that 'name' refers to the correct CryptoKey")
    expect((await decrypt(second, ciphertext)).status).toBe(200)
  })
})

describe('malformed requests', () => {
  const long = 'x'.repeat(64 * 1024 + 1)
  const REFUSED: readonly [string, string, string, unknown, number, string][] = [
    ['no JSON', 'POST', ':encrypt', '{"plaintext": ', 400, 'Unable to parse'],
    ['no object', 'POST', ':encrypt', '[]', 400, 'must be a message'],
    ['an unknown field', 'POST', ':encrypt', { plaintxt: '' }, 400, 'Unknown name "plaintxt"'],
    ['no base64', 'POST', ':encrypt', { plaintext: 'sécret' }, 400, "'plaintext' (TYPE_BYTES)"],
    ['base64 of an impossible length', 'POST', ':encrypt', { plaintext: 'abcde' }, 400, 'TYPE_BYTES'],
    ['a number for bytes', 'POST', ':encrypt', { plaintext: 7 }, 400, 'TYPE_BYTES'],
    ['a checksum that is none', 'POST', ':encrypt', { plaintext: '', plaintextCrc32c: 'x' }, 400, 'TYPE_INT64'],
    [
      'a checksum of something else',
      'POST',
      ':encrypt',
      { ...encryptBody('secret', 'aad'), plaintextCrc32c: '1' },
      400,
      'plaintext_crc32c did not match',
    ],
    [
      'a checksum of other AAD',
      'POST',
      ':encrypt',
      { ...encryptBody('secret', 'aad'), additionalAuthenticatedDataCrc32c: 1 },
      400,
      'additional_authenticated_data_crc32c did not match',
    ],
    ['a plaintext above 64 KiB', 'POST', ':encrypt', encryptBody(long, 'aad'), 400, 'at most 65536'],
    ['AAD above 64 KiB', 'POST', ':encrypt', encryptBody('secret', long), 400, 'at most 65536'],
    ['a body beyond measure', 'POST', ':encrypt', { plaintext: 'A'.repeat(300_000) }, 400, 'payload size'],
    ['no ciphertext', 'POST', ':decrypt', {}, 400, 'no ciphertext'],
    ['a ciphertext too short', 'POST', ':decrypt', { ciphertext: 'AAAA' }, 400, 'Decryption failed'],
    ['an unknown method', 'POST', ':rawEncrypt', {}, 404, 'There is no'],
    ['another verb', 'PUT', '', {}, 404, 'There is no'],
    ['an unknown version', 'GET', '/cryptoKeyVersions/9', undefined, 404, 'not found'],
    ['a version that decrypts', 'POST', '/cryptoKeyVersions/1:decrypt', {}, 404, 'There is no'],
    ['an update of nothing', 'PATCH', '/cryptoKeyVersions/1', { state: 'DISABLED' }, 400, 'update_mask'],
    ['a state only destroy leads to', 'PATCH', '/cryptoKeyVersions/1?updateMask=state', { state: 3 }, 400, 'only'],
  ]
  test.each(REFUSED)('are refused: %s', async (_, method, at, body, status, message) => {
    const kms = await start()
    const answer = await raw(kms, method, `${KEY_PATH}${at}`, body)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toMatchObject({ code: status, status: status === 404 ? 'NOT_FOUND' : 'INVALID_ARGUMENT' })
    expect(answer.body.error?.message).toContain(message)
  })

  test('of keys and rings that are not there get 404', async () => {
    const kms = await start()
    const ring = KEY_PATH.split('/cryptoKeys')[0] as string
    expect((await raw(kms, 'POST', `${ring}/cryptoKeys/absent:encrypt`, encryptBody('x', 'y'))).status).toBe(404)
    expect((await raw(kms, 'GET', ring)).status).toBe(200)
    expect((await raw(kms, 'GET', `${ring}absent`)).status).toBe(404)
    expect((await raw(kms, 'GET', '/')).status).toBe(404)
  })

  test('leave the plaintext out of the answer', async () => {
    const kms = await start()
    const secret = 'not base64: s3cret'
    const answer = await raw(kms, 'POST', `${KEY_PATH}:encrypt`, { plaintext: secret })
    expect(JSON.stringify(answer)).not.toContain('s3cret')
  })
})

describe('faults and control', () => {
  const request = (kms: { url: string }) => raw(kms, 'POST', `${KEY_PATH}:encrypt`, encryptBody('secret', 'aad'))

  test.each([
    ['unavailable', 503, 'UNAVAILABLE'],
    ['rate_limited', 429, 'RESOURCE_EXHAUSTED'],
    ['denied', 403, 'PERMISSION_DENIED'],
    ['damaged_request', 400, 'INVALID_ARGUMENT'],
  ] as const)('%s answers %i as often as the rule says', async (fault, status, code) => {
    const kms = await start()
    kms.faults.add({ fault, operations: ['encrypt'], times: 1 })
    expect(await request(kms)).toMatchObject({ status, body: { error: { status: code } } })
    expect((await request(kms)).status).toBe(200)
  })

  test('a damaged answer does not fit its checksum, and lost checksums are not called verified', async () => {
    const kms = await start()
    kms.faults.set({ rules: [{ fault: 'damaged_answer', times: 1 }] })
    const { ciphertext, ciphertextCrc32c } = (await request(kms)).body
    expect(String(crc32c(Buffer.from(ciphertext as string, 'base64')))).not.toBe(ciphertextCrc32c)
    kms.faults.set({ rules: [{ fault: 'checksums_lost', times: 1 }] })
    expect((await request(kms)).body).not.toHaveProperty('verifiedPlaintextCrc32c')
  })

  test('a lost answer and a stall break off, and closing does not wait for them', async () => {
    const kms = await start()
    kms.faults.set({
      rules: [
        { fault: 'lost_answer', times: 1 },
        { fault: 'stall', operations: ['decrypt'] },
      ],
    })
    await expect(request(kms)).rejects.toThrow('fetch failed')
    const stalled = decrypt(kms, 'AAAA').then(
      () => 'answered',
      () => 'broken',
    )
    await request(kms)
    await kms.close()
    expect(await stalled).toBe('broken')
  })

  test('slowness and chance come from the injected clock and source', async () => {
    const slept: number[] = []
    const draws = [0.9, 0.1]
    const clock = {
      nowMs: () => 0,
      monotonicMs: () => 0,
      turn: () => Promise.resolve(),
      sleep: async (duration_ms: number) => void slept.push(duration_ms),
    }
    const random = {
      bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)),
      uniform: () => draws.shift() ?? 1,
    }
    const kms = await start({ clock, random })
    kms.faults.set({ latency_ms: 700, rules: [{ fault: 'unavailable', probability: 0.5 }] })
    expect([(await request(kms)).status, (await request(kms)).status]).toEqual([200, 503])
    expect(slept).toEqual([700, 700])
  })

  test('are switched over HTTP, and tell what is left of them', async () => {
    const kms = await start()
    const rule: FaultRule = { fault: 'rate_limited', operations: ['encrypt'], times: 2 }
    const set = await raw(kms, 'POST', '/_faults', { latency_ms: 1, rules: [rule] })
    expect(set).toEqual({ status: 200, body: { latency_ms: 1, rules: [rule] } })
    await request(kms)
    expect((await raw(kms, 'GET', '/_faults')).body).toMatchObject({ rules: [{ ...rule, times: 1 }] })
    expect((await raw(kms, 'POST', '/_faults', { reset: true })).body).toEqual({ latency_ms: 0, rules: [] })
    for (const bad of [{ rules: [{ fault: 'x' }] }, { add: [{ fault: 'stall', times: 0 }] }, { slow: 1 }, [], '{']) {
      expect((await raw(kms, 'POST', '/_faults', bad)).status).toBe(400)
    }
    expect(kms.faults.state()).toEqual({ latency_ms: 0, rules: [] })
  })

  test('rotate and change states over HTTP', async () => {
    const kms = await start()
    expect((await raw(kms, 'POST', '/_keys/rotate')).body).toEqual({
      key_name: LOCAL_KEY,
      primary: version('2'),
      versions: [
        { version: '1', state: 'ENABLED' },
        { version: '2', state: 'ENABLED' },
      ],
    })
    const set = await raw(kms, 'POST', '/_keys/state', { version: version('1'), state: 'DISABLED' })
    expect(set.body).toMatchObject({ versions: [{ version: '1', state: 'DISABLED' }, {}] })
    expect((await raw(kms, 'GET', '/_keys')).body).toEqual(set.body)
    expect((await raw(kms, 'POST', '/_keys/state', { version: '1', state: 'GONE' })).status).toBe(400)
    expect((await raw(kms, 'POST', '/_keys/state', { version: '9', state: 'DISABLED' })).status).toBe(404)
    expect((await raw(kms, 'POST', '/_keys/else')).status).toBe(404)
  })

  test('count requests by kind and status, and can be reset', async () => {
    const kms = await start()
    await decrypt(kms, await encrypted(kms))
    await decrypt(kms, 'AAAA')
    await raw(kms, 'GET', KEY_PATH)
    const { body } = await raw(kms, 'GET', '/_operations')
    expect(body).toEqual({
      encrypt: 1,
      decrypt: 2,
      get: 1,
      manage: 0,
      by_method: { 'cryptoKeys.encrypt': 1, 'cryptoKeys.decrypt': 2, 'cryptoKeys.get': 1 },
      by_status: { '200': 3, '400': 1 },
    })
    await raw(kms, 'DELETE', '/_operations')
    expect(kms.operations.counts()).toMatchObject({ encrypt: 0, by_status: {} })
  })
})
