import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'

import { systemRandom } from '#shared/base/random.ts'
import type { KeyWrapper } from '#shared/credentials/key-wrapper.ts'
import {
  CREDENTIAL_BYTES_MAX,
  credentialVault,
  needsReencryption,
  sealedCredentials,
  type CredentialBinding,
  type SealedCredentials,
} from '#shared/credentials/vault.ts'
import { adapterOf, keyErrorOf, start } from '#tests/infra/stand-ins/kms/kms-fixture.ts'
import { fc, runs } from '#tests/support/seeds.ts'

const BINDING: CredentialBinding = {
  bucket: 'bucket',
  user_id: 'demo_user',
  platform_id: 'plat_1',
  platform_type: 'the_trade_desk',
}
const SMALL = { api_key: 'TTD-s3cr3t', account_id: 'adv-1' }
const LARGE = { service_account: 'k'.repeat(70_000), note: 'é\u{1f600}\0' }

async function open() {
  const kms = await start()
  return { kms, vault: credentialVault({ keys: adapterOf(kms), random: systemRandom }) }
}

/** As it comes back out of a column. */
const stored = (sealed: SealedCredentials): SealedCredentials => sealedCredentials(JSON.parse(JSON.stringify(sealed)))

function flipped(base64: string, at: number): string {
  const bytes = Buffer.from(base64, 'base64')
  bytes[at < 0 ? bytes.length + at : at]! ^= 1
  return bytes.toString('base64')
}

describe.each([
  ['directly', SMALL],
  ['in an envelope', LARGE],
])('credentials sealed %s', (how, credentials) => {
  test('open to what they were, with one call to KMS each way', async () => {
    const { kms, vault } = await open()
    const sealed = await vault.seal(credentials, BINDING)
    expect(sealed.envelope === undefined).toBe(how === 'directly')
    expect(sealed).toMatchObject({ format: 'am1', key_version: `${kms.key_name}/cryptoKeyVersions/1` })
    expect(kms.operations.counts()).toMatchObject({ encrypt: 1, decrypt: 0, get: 0 })
    expect(await vault.open(stored(sealed), BINDING)).toEqual(credentials)
    expect(kms.operations.counts()).toMatchObject({ encrypt: 1, decrypt: 1, get: 0 })
  })

  test.each([
    ['another user', { user_id: 'other_user' }],
    ['another platform', { platform_id: 'plat_2' }],
    ['another platform type', { platform_type: 'meta' }],
    ['another bucket', { bucket: 'staging' }],
  ])('do not open when they are moved to %s', async (_, elsewhere) => {
    const { vault } = await open()
    const sealed = await vault.seal(credentials, BINDING)
    const binding = { ...BINDING, ...elsewhere }
    expect(await keyErrorOf(vault.open(sealed, binding))).toMatchObject({ kind: 'refused' })
    expect(await keyErrorOf(vault.reseal(sealed, binding))).toMatchObject({ kind: 'refused' })
  })

  test('do not open when ids run together to the same text', async () => {
    const { vault } = await open()
    const sealed = await vault.seal(credentials, { ...BINDING, user_id: 'a","b', platform_id: 'c' })
    const binding = { ...BINDING, user_id: 'a', platform_id: 'b","c' }
    expect(await keyErrorOf(vault.open(sealed, binding))).toMatchObject({ kind: 'refused' })
  })

  test('do not open when a bit is flipped anywhere', async () => {
    const { vault } = await open()
    const sealed = await vault.seal(credentials, BINDING)
    const damaged = [0, 9, 25, -17, -1].map((at) => ({ ...sealed, ciphertext: flipped(sealed.ciphertext, at) }))
    if (sealed.envelope !== undefined) {
      const wrapped_key = flipped(sealed.envelope.wrapped_key, 30)
      damaged.push({ ...sealed, envelope: { wrapped_key } }, { ...sealed, ciphertext: '' })
    }
    for (const one of damaged) expect(await keyErrorOf(vault.open(one, BINDING))).toMatchObject({ kind: 'refused' })
  })

  test('never look the same twice', async () => {
    const { vault } = await open()
    const [one, two] = [await vault.seal(credentials, BINDING), await vault.seal(credentials, BINDING)]
    expect(one.ciphertext).not.toBe(two.ciphertext)
  })

  test('stay readable through a rotation, and move to the new version when they are resealed', async () => {
    const { kms, vault } = await open()
    const old = await vault.seal(credentials, BINDING)
    expect(needsReencryption(old, await vault.primaryVersion())).toBe(false)
    kms.rotate()
    expect(needsReencryption(old, await vault.primaryVersion())).toBe(true)
    expect(await vault.open(old, BINDING)).toEqual(credentials)
    const moved = await vault.reseal(old, BINDING)
    expect(moved.key_version).toBe(`${kms.key_name}/cryptoKeyVersions/2`)
    expect(needsReencryption(moved, await vault.primaryVersion())).toBe(false)
    kms.setState('1', 'DESTROYED')
    expect(await vault.open(moved, BINDING)).toEqual(credentials)
    expect(await keyErrorOf(vault.open(old, BINDING))).toMatchObject({ kind: 'key_unusable' })
  })

  test.each(['DISABLED', 'DESTROYED'] as const)(
    'of a %s version stay shut, and those of others open',
    async (state) => {
      const { kms, vault } = await open()
      const old = await vault.seal(credentials, BINDING)
      kms.rotate()
      const recent = await vault.seal(credentials, BINDING)
      kms.setState('1', state)
      expect(await keyErrorOf(vault.open(old, BINDING))).toMatchObject({ kind: 'key_unusable' })
      expect(await vault.open(recent, BINDING)).toEqual(credentials)
      await vault.seal(credentials, BINDING)
      if (state === 'DESTROYED') return
      kms.setState('1', 'ENABLED')
      expect(await vault.open(old, BINDING)).toEqual(credentials)
    },
  )
})

describe('the vault', () => {
  test('uses an envelope exactly above 64 KiB', async () => {
    const { vault } = await open()
    const overhead = JSON.stringify({ key: '' }).length
    const fits = await vault.seal({ key: 'x'.repeat(64 * 1024 - overhead) }, BINDING)
    const exceeds = await vault.seal({ key: 'x'.repeat(64 * 1024 - overhead + 1) }, BINDING)
    expect([fits.envelope === undefined, exceeds.envelope === undefined]).toEqual([true, false])
    await vault.open(fits, BINDING)
    await vault.open(exceeds, BINDING)
  })

  test('gives every envelope a data key of its own', async () => {
    const { kms } = await open()
    const adapter = adapterOf(kms)
    const data_keys: string[] = []
    const keys: KeyWrapper = {
      encrypt: (plaintext, aad) => {
        data_keys.push(Buffer.from(plaintext).toString('hex'))
        return adapter.encrypt(plaintext, aad)
      },
      decrypt: (ciphertext, aad) => adapter.decrypt(ciphertext, aad),
      primaryVersion: () => adapter.primaryVersion(),
    }
    const vault = credentialVault({ keys, random: systemRandom })
    const sealed = await vault.seal(LARGE, BINDING)
    await vault.seal(LARGE, BINDING)
    await vault.reseal(sealed, BINDING)
    expect(new Set(data_keys).size).toBe(3)
  })

  test('overwrites plaintexts and data keys once they are used, also when the call fails', async () => {
    const seen: Uint8Array[] = []
    const fail = (plaintext: Uint8Array) => {
      seen.push(plaintext)
      return Promise.reject(new Error('away'))
    }
    const { kms } = await open()
    const adapter = adapterOf(kms)
    const failing = credentialVault({ keys: { ...adapter, encrypt: fail }, random: systemRandom })
    await expect(failing.seal(SMALL, BINDING)).rejects.toThrow('away')
    await expect(failing.seal(LARGE, BINDING)).rejects.toThrow('away')

    const keys: KeyWrapper = {
      encrypt: (plaintext, aad) => (seen.push(plaintext), adapter.encrypt(plaintext, aad)),
      decrypt: async (ciphertext, aad) => {
        const plaintext = await adapter.decrypt(ciphertext, aad)
        seen.push(plaintext)
        return plaintext
      },
      primaryVersion: () => adapter.primaryVersion(),
    }
    const vault = credentialVault({ keys, random: systemRandom })
    for (const credentials of [SMALL, LARGE]) await vault.open(await vault.seal(credentials, BINDING), BINDING)
    expect(seen).toHaveLength(6)
    expect(seen.every((bytes) => bytes.length > 0 && bytes.every((byte) => byte === 0))).toBe(true)
  })

  test('does not take a wrapped data key for credentials, nor credentials for a data key', async () => {
    const { vault } = await open()
    const [direct, enveloped] = [await vault.seal(SMALL, BINDING), await vault.seal(LARGE, BINDING)]
    const wrapped_key = enveloped.envelope!.wrapped_key
    const { envelope: _, ...bare } = enveloped
    const swapped = [
      { ...bare, ciphertext: wrapped_key },
      { ...enveloped, envelope: { wrapped_key: direct.ciphertext } },
    ]
    for (const one of swapped) expect(await keyErrorOf(vault.open(one, BINDING))).toMatchObject({ kind: 'refused' })
  })

  /** A key service that keeps what it is given in clear, with what it was bound to. */
  function openly() {
    const bound: string[] = []
    const keys: KeyWrapper = {
      encrypt: (plaintext, aad) => {
        bound.push(Buffer.from(aad).toString('utf8'))
        return Promise.resolve({ ciphertext: Uint8Array.from(plaintext), key_version: 'v' })
      },
      decrypt: (ciphertext) => Promise.resolve(Uint8Array.from(ciphertext)),
      primaryVersion: () => Promise.resolve('v'),
    }
    return { bound, vault: credentialVault({ keys, random: systemRandom }) }
  }

  test('binds to exactly these bytes, for ever: what is sealed opens with no others', async () => {
    const { bound, vault } = openly()
    await vault.seal(SMALL, BINDING)
    await vault.seal(LARGE, BINDING)
    expect(bound).toEqual(Array(2).fill('["am1","bucket","demo_user","plat_1","the_trade_desk"]'))
  })

  test('binds to different bytes whenever any part of a binding differs, whatever characters it has', async () => {
    const part = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.string({ unit: fc.constantFrom('"', ',', '[', '/', ':', '\\', '\0', 'a') }),
    )
    const binding = fc.record({ bucket: part, user_id: part, platform_id: part, platform_type: part })
    const property = fc.asyncProperty(binding, binding, async (one, other) => {
      const { bound, vault } = openly()
      await vault.seal(SMALL, one)
      await vault.seal(SMALL, other)
      expect(bound[0] === bound[1]).toBe(JSON.stringify(one) === JSON.stringify(other))
    })
    await fc.assert(property, runs(40, 500))
  })

  test('takes nothing but a marked key of 32 bytes for the key of an envelope', async () => {
    const { vault } = openly()
    const nonce = new Uint8Array(12)
    const aad = Buffer.from('["am1","bucket","demo_user","plat_1","the_trade_desk"]')
    const open = async (mark: readonly number[], key: Uint8Array) => {
      const is_key = key.length === 32
      const cipher = is_key ? createCipheriv('aes-256-gcm', key, nonce).setAAD(aad) : undefined
      const parts = cipher ? [cipher.update('{"a":1}'), cipher.final(), cipher.getAuthTag()] : [new Uint8Array(23)]
      const sealed = {
        format: 'am1',
        key_version: 'v',
        ciphertext: Buffer.concat([nonce, ...parts]).toString('base64'),
        envelope: { wrapped_key: Buffer.from([...mark, ...key]).toString('base64') },
      } as const
      return await vault.open(sealed, BINDING).catch((error: unknown) => (error as { kind?: unknown }).kind ?? error)
    }
    const key = Buffer.alloc(32, 'k')
    expect(await open([1], key)).toEqual({ a: 1 })
    // Credentials of 33 bytes that somebody has bound to the same platform look like this.
    for (const mark of [[0], [2], [0x7b], [], [1, 1]]) expect([mark, await open(mark, key)]).toEqual([mark, 'refused'])
    for (const length of [0, 16, 31, 33]) {
      expect([length, await open([1], Buffer.alloc(length, 'k'))]).toEqual([length, 'refused'])
    }
  })

  test('refuses what is too short to be sealed, and what is sealed and no object', async () => {
    const { vault } = openly()
    const wrapped_key = Buffer.from([1, ...Buffer.alloc(32)]).toString('base64')
    const base = { format: 'am1', key_version: 'v' } as const
    for (const length of [0, 27, 28]) {
      const sealed = { ...base, ciphertext: Buffer.alloc(length).toString('base64'), envelope: { wrapped_key } }
      expect(await keyErrorOf(vault.open(sealed, BINDING))).toMatchObject({ kind: 'refused' })
    }
    for (const text of ['', 'null', '[]', '"text"', '7', '{', '\u00e9']) {
      const sealed = { ...base, ciphertext: Buffer.from(text, 'latin1').toString('base64') }
      expect(await keyErrorOf(vault.open(sealed, BINDING))).toMatchObject({ kind: 'refused' })
    }
  })

  test('opens every JSON object to itself', async () => {
    const { vault } = await open()
    const json = fc.dictionary(
      fc.string(),
      fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    )
    const property = fc.asyncProperty(json, async (credentials) => {
      const expected = JSON.parse(JSON.stringify(credentials)) as unknown
      expect(await vault.open(await vault.seal(credentials, BINDING), BINDING)).toEqual(expected)
    })
    await fc.assert(property, runs(20, 200))
  })

  test('refuses to seal without measure', async () => {
    const { vault } = await open()
    await expect(vault.seal({ key: 'x'.repeat(CREDENTIAL_BYTES_MAX) }, BINDING)).rejects.toThrow(RangeError)
  })

  test.each([
    undefined,
    null,
    'text',
    [],
    {},
    { format: 'am1' },
    { format: 'am2', key_version: 'v', ciphertext: 'AAAA' },
    { format: 'am1', key_version: 'v', ciphertext: 7 },
    { format: 'am1', key_version: 'v', ciphertext: 'AAAA', envelope: null },
    { format: 'am1', key_version: 'v', ciphertext: 'AAAA', envelope: { wrapped_key: 1 } },
    { api_key: 'in clear' },
  ])('refuses stored forms it does not know, without a call: %j', async (form) => {
    const { kms, vault } = await open()
    const error = await keyErrorOf(vault.open(form as SealedCredentials, BINDING))
    expect(error).toMatchObject({ kind: 'refused' })
    expect(error.message).not.toContain('in clear')
    expect(kms.operations.counts()).toMatchObject({ decrypt: 0 })
  })
})
