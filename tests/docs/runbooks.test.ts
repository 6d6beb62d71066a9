import { describe, expect, test } from 'vitest'

import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { systemClock } from '#shared/base/clock.ts'
import { hashUserId } from '#shared/logging/user-hash.ts'
import { LOCAL_KEY } from '#infra/stand-ins/kms/server.ts'
import { LOCAL_USER_HASH_SALT } from '#infra/local/user-hash-salt.ts'
import { PERSISTENCE } from '#tests/infra/operate/import/import-fixture.ts'
import { saved } from '#tests/functions/audiences/harness.ts'
import { Device } from '#tests/functions/sync/harness.ts'
import { aPlatform } from '#tests/functions/platforms/harness.ts'
import { longTest } from '#tests/support/effort.ts'
import { stage, type Stage } from './playing.ts'

/** A runbook runs a dozen commands, each a process: a busy machine takes minutes for them. */
const PLAY = { timeout: 300_000 }
const HASH = hashUserId('demo_user', LOCAL_USER_HASH_SALT)
/** The functions that users call; each runbook looks at all of them. */
const SERVING = FUNCTION_NAMES.filter((name) => name !== 'maintenance')
const USER = { USER_ID: 'demo_user' }
const AUDIENCES = '/api/audiences'

async function nameOf({ demo }: Stage, audience_id: string): Promise<string | undefined> {
  return (await demo.call('GET', `${AUDIENCES}/${audience_id}`)).body.audience?.name
}

/** The only object of audiences, as the logs name it. */
async function loggedObject({ runtime }: Stage): Promise<{ name: string; logged: string }> {
  const url = `${runtime.storage_url}/storage/v1/b/activation-local/o?prefix=audiences/`
  const { items } = (await (await fetch(url)).json()) as { items: { name: string }[] }
  const { name } = items[0]!
  return { name, logged: name.replace('user_id=demo_user', `user_hash=${HASH}`) }
}

/** Puts something over an object, as nobody should. */
async function overwrite({ runtime }: Stage, name: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const parameters = new URLSearchParams({ uploadType: 'media', name }).toString()
  const url = `${runtime.storage_url}/upload/storage/v1/b/activation-local/o?${parameters}`
  const { status } = await fetch(url, { method: 'POST', body })
  if (status !== 200) throw new Error(`the stand-in answered ${status}`)
}

/** What lies in the bucket under a name. */
async function bytesOf({ runtime }: Stage, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = `${runtime.storage_url}/storage/v1/b/activation-local/o/${encodeURIComponent(name)}?alt=media`
  return new Uint8Array(await (await fetch(url)).arrayBuffer())
}

async function aPlatformOf({ demo }: Stage): Promise<{ path: string; tested: () => Promise<number> }> {
  const { body } = await demo.call('POST', '/api/platforms', aPlatform())
  const path = `/api/platforms/${String(body['platform_id'])}`
  return { path, tested: async () => (await demo.call('POST', `${path}/test`)).status }
}

/** A moment between what came before and what comes after. */
async function moment({ demo }: Stage): Promise<string> {
  const { body } = await demo.call('GET', '/api/audiences/health')
  const time = String(body['timestamp'])
  while (String((await demo.call('GET', '/api/audiences/health')).body['timestamp']) === time);
  return time
}

describe('the runbook', { ...PLAY }, () => {
  longTest('preface: a user id becomes its hash, and a hash the user who has it', async () => {
    const on = await stage()
    await saved(on.demo)
    const first = { PROJECT: 'local', ENVIRONMENT: 'local', REGION: 'local', GCS_BUCKET: 'activation-local' }
    const as_operator = { USER_HASH_SALT: LOCAL_USER_HASH_SALT, KMS_KEY: LOCAL_KEY }
    const settings = [{ ...first, API: `${on.runtime.url}/api` }, as_operator, USER]
    expect(await on.play('runbooks/README.md', settings)).toEqual([expect.stringMatching(/^demo_user\n/)])
  })

  longTest(
    'corrupt-object: the object is named, the newest good generation takes its place, the user is served',
    async () => {
      const on = await stage()
      const { audience_id } = await saved(on.demo, { name: 'Weekend hikers' })
      const { name, logged } = await loggedObject(on)
      await overwrite(on, name, 'not Parquet')
      expect((await on.demo.call('GET', `${AUDIENCES}/${audience_id}`)).status).toBe(503)
      const [alert, damaged, listed, restored, verified] = await on.play('runbooks/corrupt-object.md', [
        { LOGGED: logged },
      ])
      expect(damaged).toMatch(/unreadable +1\n/)
      expect(alert).toContain(logged)
      expect(listed).toMatch(/live .* unreadable: .*\n.*revision 1, 1 records/)
      expect(restored).toContain('It is the newest readable generation')
      expect(verified).toMatch(/live .* revision 2, 1 records[^]*findings +0\n/)
      expect(await nameOf(on, audience_id)).toBe('Weekend hikers')
    },
  )

  longTest('bad-deploy: what a release spoilt is found in the audit trail and taken back', async () => {
    const on = await stage()
    const { audience_id } = await saved(on.demo, { name: 'Weekend hikers' })
    const { audience_id: other_id } = await saved(on.demo, { name: 'City people' })
    const SINCE = await moment(on)
    await on.demo.call('PATCH', `${AUDIENCES}/${audience_id}`, { name: 'spoilt' })
    await on.demo.call('PATCH', `${AUDIENCES}/${other_id}`, { name: 'City people, edited' })
    const played = await on.play('runbooks/bad-deploy.md', [{ SINCE }, { RECORDS: `--record ${audience_id}` }])
    expect(played[0]).toContain('"status":"ok"')
    expect(played[1]).toContain('name: "spoilt" → "Weekend hikers"')
    expect(played[2]).toContain('restored, 1 records')
    expect(played[3]!.match(/"status":"ok"/g)).toHaveLength(SERVING.length)
    expect(await nameOf(on, audience_id)).toBe('Weekend hikers')
    expect(await nameOf(on, other_id)).toBe('City people, edited')
  })

  test('deleted-user-data: the record is back, and nothing differs from then', async () => {
    const on = await stage()
    const { audience_id: RECORD_ID } = await saved(on.demo, { name: 'Weekend hikers' })
    const BEFORE = await moment(on)
    await on.demo.call('DELETE', `${AUDIENCES}/${RECORD_ID}`)
    const [trail, restored, , verified] = await on.play('runbooks/deleted-user-data.md', [
      { ...USER, RECORD_ID, BEFORE },
    ])
    expect(trail).toMatch(new RegExp(`DELETE /api/audiences/{audience_id} 204\\t${HASH}`))
    expect(restored).toContain('is undeleted')
    expect(verified).toContain('different: 0')
    expect(await nameOf(on, RECORD_ID)).toBe('Weekend hikers')
  })

  longTest('lost-key-version: an enabled version opens the credentials again', async () => {
    const on = await stage()
    const { tested } = await aPlatformOf(on)
    // So that something is sealed under an older version, which the operator account may not open.
    await fetch(`${on.runtime.kms_url}/_keys/rotate`, { method: 'POST', body: '{}' })
    const body = JSON.stringify({ version: '1', state: 'DISABLED' })
    await fetch(`${on.runtime.kms_url}/_keys/state`, { method: 'POST', body })
    expect(await tested()).toBe(503)
    const [listed, , , resealed] = await on.play('runbooks/lost-key-version.md', [
      { VERSION: '1' },
      { MAINTENANCE_URL: on.runtime.url },
    ])
    expect(resealed).toMatch(/reencrypt in [^]*reencrypted +1\n/)
    expect(listed).toMatch(/^1 +DISABLED$/m)
    expect(await tested()).toBe(200)
  })

  longTest(
    'kms-unavailable: the log tells unavailable from denied, everything else works, and it recovers by itself',
    async () => {
      const on = await stage()
      const { tested } = await aPlatformOf(on)
      const fault = { fault: 'unavailable', times: 10 }
      await fetch(`${on.runtime.kms_url}/_faults`, { method: 'POST', body: JSON.stringify({ add: [fault] }) })
      expect(await tested()).toBe(503)
      expect((await on.demo.call('GET', '/api/platforms')).status).toBe(200)
      await fetch(`${on.runtime.kms_url}/_faults`, { method: 'POST', body: JSON.stringify({ reset: true }) })
      const [looked, verified] = await on.play('runbooks/kms-unavailable.md')
      expect(looked).toContain('\tunavailable\t')
      expect(verified).toContain('"status":"ok"')
      expect(await tested()).toBe(200)
    },
  )

  longTest('failed-distributions: the log says which failed, of which platform type', async () => {
    const on = await stage()
    const { path } = await aPlatformOf(on)
    const { audience_id } = await saved(on.demo)
    const platform_id = path.split('/').at(-1)
    await on.demo.call('POST', `${path}/test`)
    const { body } = await on.demo.call('POST', '/api/distributions', { audience_id, platform_id })
    const distribution_id = String(body['distribution_id'])
    const failure = { status: 'failed', error_message: 'no', error_details: { code: 'bad_token' } }
    await on.demo.call('PUT', `/api/distributions/${distribution_id}/status`, failure)
    const [failed] = await on.play('runbooks/failed-distributions.md')
    expect(failed).toMatch(new RegExp(`the_trade_desk\t.*\t${distribution_id}`))
  })

  longTest(
    'sync-trouble: the log says whose changes wait and why; sync stops and goes on; a new epoch reaches each device',
    async () => {
      const on = await stage()
      const { audience_id } = await saved(on.demo)
      const device = new Device(on.demo, systemClock)
      await device.pull()
      const { name } = await loggedObject(on)
      const good = await bytesOf(on, name)
      await overwrite(on, name, 'not Parquet')
      const waiting = device.change('create', 'audience', device.newId('aud'), { value: { name: 'City people' } })
      const errors = { count: 1, last: { name: 'TypeError', build: '1.4.0' } }
      await device.send('push', { acked: 0, mutations: [waiting], client: { flag: 'on', outbox_pending: 1, errors } })
      await overwrite(on, name, good)
      const played = await on.play('runbooks/sync-trouble.md', [USER])
      const [failing, erring, looked, stopped, shown, renewed, listed, resumed] = played
      expect(failing).toMatch(new RegExp(`\t1\t1\t.*${HASH}`))
      expect(erring).toContain(`TypeError\t1.4.0\ton\t${HASH}`)
      expect(looked).toMatch(/POST \/api\/sync\/push 200\tok\t\{.*"retry":1\}\t1\t/)
      expect(looked).toMatch(/POST \/api\/sync\/pull 200\tok\t\{"rows":1,"resets":1\}/)
      expect(stopped).toContain('after   persistence_v2  off for everybody')
      expect(shown).toMatch(
        /^config\/notice\.json .*\n {2}warning, until it is cleared .*\n {2}\| Changes stay on this device/m,
      )
      expect(resumed).toMatch(/after {3}persistence_v2 {2}on for 5 % of the users[^]*after {3}no notice/)
      expect(renewed).toContain('each 1000 versions higher')
      expect(listed).toMatch(/live .* revision 2, 1 records/)
      const stale = await on.demo.call('PATCH', `${AUDIENCES}/${audience_id}`, { name: 'x' }, { 'If-Match': '"1"' })
      expect(stale.status).toBe(412)
      expect((await device.pull()).partitions).toMatchObject([{ reset: true, rows: [{ version: 1001 }] }])
      expect(await device.push(waiting)).toMatchObject([{ status: 'applied' }])
    },
  )

  longTest(
    "migration-trouble: the log says whose records are missing; an import's go in, and a second run changes nothing",
    async () => {
      const on = await stage()
      await saved(on.demo)
      const device = new Device(on.demo, systemClock)
      const migration = { id: 'plan', expected: 3, found: 2 }
      const mutations = [device.change('create', 'audience', device.newId('aud'), { value: {} })]
      await device.send('push', { acked: 0, mutations, migration })
      const settings = [{ HASH }, { SOURCE: PERSISTENCE }]
      const [failed, looked, missing, imported, verified] = await on.play('runbooks/migration-trouble.md', settings)
      expect(failed).toContain(`\t3\t2\t${HASH}`)
      expect(looked).toMatch(/POST \/api\/sync\/push 200\tok\t.*"invalid":1[^]*demo_user/)
      expect(missing).toMatch(/missing +[1-9]/)
      expect(imported).toMatch(/written +[1-9]/)
      expect(verified).toMatch(/written +0\n/)
    },
  )

  longTest('slowness: the object near a limit and its size are found from the log line', async () => {
    const on = await stage()
    await saved(on.demo)
    const { logged } = await loggedObject(on)
    const [, listed] = await on.play('runbooks/slowness.md', [{ LOGGED: logged }])
    expect(listed).toMatch(/live +\d+ bytes {2}revision 1, 1 records, 0 deleted/)
  })

  longTest('bucket-restored: everything starts a new epoch and serves', async () => {
    const on = await stage()
    const { audience_id } = await saved(on.demo, { name: 'first' })
    const { name } = await loggedObject(on)
    const old = await bytesOf(on, name)
    await on.demo.call('PATCH', `${AUDIENCES}/${audience_id}`, { name: 'second' })
    await overwrite(on, name, old)
    const [looked, renewed, verified] = await on.play('runbooks/bucket-restored.md', [{ GENERATION: '1' }])
    expect(looked).toContain('new epoch: 1 records')
    expect(renewed).toContain('restored, 1 records')
    expect(verified!.match(/"status":"ok"/g)).toHaveLength(SERVING.length)
    const { body } = await on.demo.call('GET', `${AUDIENCES}/${audience_id}`)
    expect(body.audience).toMatchObject({ name: 'first', version: 1001 })
  })

  longTest('region-unavailable: functions that answer show that it is over', async () => {
    const on = await stage()
    const [looked, verified] = await on.play('runbooks/region-unavailable.md')
    expect(looked).toContain('"status":"ok"')
    expect(verified!.match(/"status":"ok"/g)).toHaveLength(SERVING.length)
  })
})
