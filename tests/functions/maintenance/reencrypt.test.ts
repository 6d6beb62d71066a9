import { describe, expect, test } from 'vitest'

import { reencryptJob } from '#functions/maintenance/jobs/reencrypt.ts'
import { systemRandom } from '#shared/base/random.ts'
import { cloudKms } from '#shared/credentials/cloud-kms.ts'
import { credentialVault } from '#shared/credentials/vault.ts'
import { PLATFORMS } from '#shared/records/platform.ts'
import { BUCKET } from '#tests/functions/audiences/harness.ts'
import { PATH, SECRET } from '#tests/functions/platforms/harness.ts'
import { runAlone } from './harness.ts'
import { withKey } from './with-key.ts'

describe('re-encryption', () => {
  test('seals what an older version sealed with the primary one: the old one can be disabled', async () => {
    const { kms, call, platforms, save, works, keyVersion, running } = await withKey()
    const old = await save()
    const another = await save(platforms, { name: 'another' })
    await platforms.call('POST', PATH, { platform_type: 'meta', name: 'without credentials' })
    const primary = kms.rotate()
    const young = await save()
    const before = (await platforms.call('GET', `${PATH}/${old}`)).body['platform'] as Record<string, unknown>
    const { body } = await call('reencrypt')
    expect(body).toMatchObject({ state: 'done', sealed: 3, outdated: 2, reencrypted: 2, overtaken: 0, failed: 0 })
    for (const id of [old, another, young]) expect(await keyVersion(id)).toBe(primary)
    // A new version of the record, for a changed row has one; nothing else that anybody sees.
    const after = (await platforms.call('GET', `${PATH}/${old}`)).body['platform'] as Record<string, unknown>
    expect(after).toEqual({ ...before, version: Number(before['version']) + 1 })
    kms.setState('1', 'DISABLED')
    for (const id of [old, another, young]) expect(await works(id)).toBe(true)
    expect(JSON.stringify([running.lines, body])).not.toContain(SECRET)
  })

  test('costs two calls to the key for each outdated platform, and one commit for all of a user', async () => {
    const { kms, call, running, save } = await withKey()
    for (let i = 0; i < 3; i++) await save()
    kms.rotate()
    kms.operations.reset()
    const { result, ...cost } = await running.counted(() => call('reencrypt?cursor='))
    expect(result.body).toMatchObject({ reencrypted: 3 })
    expect(kms.operations.counts()).toMatchObject({ decrypt: 3, encrypt: 3, get: 1 })
    expect(cost).toMatchObject({ writes: 1, lists: 1 })
    kms.operations.reset()
    expect((await call('reencrypt?cursor=')).body).toMatchObject({ sealed: 3, outdated: 0 })
    expect(kms.operations.counts()).toMatchObject({ decrypt: 0, encrypt: 0 })
  })

  test('a dry run opens nothing', async () => {
    const { kms, call, save } = await withKey()
    await save()
    kms.rotate()
    kms.operations.reset()
    expect((await call('reencrypt?dry_run=true')).body).toMatchObject({ outdated: 1, reencrypted: 0 })
    expect(kms.operations.counts()).toMatchObject({ decrypt: 0, encrypt: 0 })
  })

  test('new credentials that are saved meanwhile win', async () => {
    const world = await withKey()
    const { kms, platforms, save, works, keyVersion, running, clock } = world
    const id = await save()
    const primary = kms.rotate()
    const key = { key_name: kms.key_name, api_endpoint: kms.url, clock, random: systemRandom }
    const vault = credentialVault({ keys: cloudKms(key), random: systemRandom })
    const credentials = { api_key: `good-other-${SECRET}`, account_id: 'other' }
    const job = reencryptJob({
      platforms: running.table(PLATFORMS),
      // Opened and sealed anew; before that is committed, the user saves others.
      vault: {
        ...vault,
        reseal: async (...call) => {
          const sealed = await vault.reseal(...call)
          expect((await platforms.call('PUT', `${PATH}/${id}/credentials`, { credentials })).status).toBe(200)
          return sealed
        },
      },
      bucket: BUCKET,
      clock,
    })
    expect((await runAlone(job, world)).sums).toMatchObject({ outdated: 1, reencrypted: 0, overtaken: 1 })
    expect([await works(id), await keyVersion(id)]).toEqual([true, primary])
    const { body } = await platforms.call('GET', `${PATH}/${id}`)
    expect(JSON.stringify(body)).toContain('ther')
  })

  test.each(['DISABLED', 'DESTROYED'] as const)(
    'credentials sealed by a %s version are reported, platform by platform, and left unchanged',
    async (state) => {
      const { kms, call, save, keyVersion, running } = await withKey()
      const stuck = await save()
      const middle = kms.rotate()
      const movable = await save()
      const primary = kms.rotate()
      kms.setState('1', state)
      const { body } = await call('reencrypt')
      expect(body).toMatchObject({ state: 'done', outdated: 2, reencrypted: 1, failed: 1, failed_users: 0 })
      const item = { platform_id: stuck, reason: 'key_unusable', key_version: await keyVersion(stuck) }
      expect(body['report']).toMatchObject([item])
      expect(running.lines.filter(({ event }) => event === 'reencryption_failed')).toMatchObject([
        { severity: 'ERROR', ...item },
      ])
      expect(await keyVersion(movable)).toBe(primary)
      expect(middle).not.toBe(primary)
    },
  )

  test('while the key service is unavailable the call is a 503, and the next one goes on', async () => {
    const { kms, call, save } = await withKey()
    await save()
    kms.rotate()
    kms.faults.add({ fault: 'denied' })
    const { status, body } = await call('reencrypt')
    expect([status, body['code']]).toEqual([503, 'key_denied'])
    kms.faults.reset()
    expect((await call('reencrypt')).body).toMatchObject({ state: 'done', reencrypted: 1, run: { calls: 2 } })
  })

  test('run in two instances simultaneously seals everything once', async () => {
    const { kms, callFresh, save, running, works } = await withKey()
    const ids = [await save(), await save()]
    kms.rotate()
    const runs = await Promise.all([callFresh('reencrypt?cursor='), callFresh('reencrypt?cursor=')])
    expect(runs.map(({ status }) => status)).toEqual([200, 200])
    expect(runs.reduce((sum, { body }) => sum + Number(body['reencrypted']), 0)).toBe(2)
    for (const id of ids) {
      expect((await running.storedPlatform(id))['version']).toBe(2)
      expect(await works(id)).toBe(true)
    }
  })
})
