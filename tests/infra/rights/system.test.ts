import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { FUNCTION_FACTORIES } from '#infra/local/functions.ts'
import { startLocalRuntime, type LocalRuntime } from '#infra/local/runtime.ts'
import { LOCAL_KEY } from '#infra/stand-ins/kms/server.ts'
import { fullName } from '#infra/rights/resources.ts'
import { accountOf, FUNCTION_USES } from '#infra/rights/uses/functions.ts'
import { JOB_NAMES } from '#functions/maintenance/runner/job.ts'
import { isoTime, systemClock } from '#shared/base/clock.ts'
import { FUNCTION_NAMES } from '#shared/contract/functions.ts'
import { createClient, type Reply } from '#tests/functions/audiences/harness.ts'
import { aPlatform } from '#tests/functions/platforms/harness.ts'
import { Device } from '#tests/functions/sync/harness.ts'
import { PERSISTENCE } from '#tests/infra/operate/import/import-fixture.ts'
import { runCommand } from '#tests/infra/operate/running-commands.ts'
import { shareIssuerKey } from '#tests/support/issuer-key.ts'
import { EnforcedRights } from './enforced.ts'
import { PLACE, plannedRights } from './planned-rights.ts'

/** The whole system once, each function as its own account, with the rights that Terraform gives it and no others. */

const planned = await plannedRights()

describe.skipIf(planned === undefined)('the system, with the rights of its accounts', () => {
  const enforced = new EnforcedRights(planned?.grants ?? [])
  let data_dir: string
  let runtime: LocalRuntime

  beforeAll(async () => {
    data_dir = await mkdtemp(join(tmpdir(), 'rights-'))
    await mkdir(join(data_dir, 'app', 'assets'), { recursive: true })
    await writeFile(join(data_dir, 'app', 'index.html'), '<!doctype html>')
    await shareIssuerKey(data_dir)
    runtime = await startLocalRuntime({
      data_dir,
      port: 0,
      factories: FUNCTION_FACTORIES,
      environment: { APP_DIR: join(data_dir, 'app') },
      log: { write: () => undefined, flush: async () => undefined },
      fsync: false,
      access: enforced,
    })
  })
  afterAll(async () => {
    await runtime.end()
    await rm(data_dir, { recursive: true, force: true })
  })

  const tokenFor = async (claims: Record<string, string>): Promise<string> => {
    const response = await fetch(`${runtime.url}/local/token`, { method: 'POST', body: JSON.stringify(claims) })
    return ((await response.json()) as { id_token: string }).id_token
  }
  const as = (claims: Record<string, string>) => createClient(runtime.url, () => tokenFor(claims))
  const user = () => as({ user_id: 'demo_user' })
  const ok = async (reply: Promise<Reply>): Promise<Reply['body']> => {
    const { status, body, text } = await reply
    expect([status, status < 300 ? '' : text]).toEqual([expect.toSatisfy((code: number) => code < 300), ''])
    return body
  }

  test('takes in the records of the old system, by the operator account', async () => {
    const doors = await runtime.doorsFor('am-operator')
    const environment = { ...doors, GCS_BUCKET: 'activation-local', KMS_KEY: LOCAL_KEY }
    const { code, err } = await runCommand('import', ['--from', PERSISTENCE], environment)
    expect([code, err]).toEqual([2, expect.any(String)])
    expect(enforced.denied).toEqual([])
  }, 60_000)

  test('answers everything that a user and the schedule ask', async () => {
    const { call } = user()
    const { audience_id } = await ok(call('POST', '/api/audiences', { name: 'Weekend hikers' }))
    await ok(call('PATCH', `/api/audiences/${audience_id}`, { name: 'City people' }))
    const { platform_id } = await ok(call('POST', '/api/platforms', aPlatform()))
    await ok(call('POST', `/api/platforms/${String(platform_id)}/test`))
    const { distribution_id } = await ok(call('POST', '/api/distributions', { audience_id, platform_id }))
    const status_path = `/api/distributions/${String(distribution_id)}/status`
    await ok(call('PUT', status_path, { status: 'in_progress' }))
    await ok(call('PUT', status_path, { status: 'completed' }))
    await ok(call('GET', `/api/audiences/${audience_id}/distributions`))
    await ok(call('GET', `/api/audiences/${audience_id}/usage`))
    await ok(call('GET', `/api/platforms/${String(platform_id)}/usage`))
    await ok(call('POST', `/api/audiences/${audience_id}/duplicate`, {}))
    await ok(call('POST', `/api/platforms/${String(platform_id)}/duplicate`, {}))
    await ok(call('POST', '/api/audiences/batch', { ids: [audience_id], action: 'tag', tags: ['spring'] }))
    await ok(call('POST', '/api/platforms/batch', { filter: {}, action: 'tag', tags: ['spring'], dry_run: true }))
    const before = isoTime(systemClock.nowMs())
    await ok(call('POST', '/api/undo', { at: before }))
    await ok(call('GET', '/api/tags'))
    await ok(call('POST', '/api/tags/rename', { from: 'spring', to: 'autumn' }))
    await ok(call('GET', '/api/users/me/summary'))
    await ok(call('GET', '/api/insights/audiences'))
    await ok(call('GET', '/api/insights/distributions'))
    for (const kind of ['audiences', 'platforms', 'distributions']) await ok(call('GET', `/api/${kind}`))
    for (const path of ['audiences/aud_ab12cd34', 'platforms/plat_ab12cd34', 'distributions/dist_ab12cd34']) {
      expect((await call('GET', `/api/${path}`)).status).toBe(404)
    }

    const device = new Device(user(), systemClock)
    await device.pullAll()
    await device.pushApplied(
      device.change('create', 'audience', device.newId('aud'), { value: { name: 'From a device' } }),
      device.change('patch', 'audience', audience_id, {
        base_version: 2,
        set: { name: 'B' },
        base: { name: 'City people' },
      }),
    )
    await device.pushApplied(
      device.change('patch', 'platform', String(platform_id), {
        base_version: 2,
        set: { name: 'C' },
        base: { name: 'My Trade Desk Account' },
      }),
      device.change('delete', 'distribution', String(distribution_id), { base_version: 3 }),
    )
    const old_change = { base_version: 1, set: { name: 'D' }, base: { name: 'C' } }
    await device.push(device.change('patch', 'audience', 'aud_ab12cd34', old_change))
    for (const found of [0, 1]) {
      const migration = { id: 'plan', expected: 1, found }
      await ok(device.send('push', { acked: device.acked, mutations: [], migration }))
    }
    await ok(call('GET', '/api/flags?client_id=cli_01h455vb4pex5vsknk084sn02q'))

    const scheduled_at = isoTime(systemClock.nowMs() + 1000)
    const scheduled = await ok(call('POST', '/api/distributions', { audience_id, platform_id, scheduled_at }))
    const operator = as({ user_id: 'scheduler', email: 'operator@example.com', audience: runtime.url })
    await fetch(`${runtime.kms_url}/_keys/rotate`, { method: 'POST', body: '{}' })
    for (const job of JOB_NAMES) await ok(operator.call('POST', `/api/maintenance/${job}`))
    await expect
      .poll(async () => {
        await ok(operator.call('POST', '/api/maintenance/dispatch'))
        const { distribution } = await ok(call('GET', `/api/distributions/${String(scheduled['distribution_id'])}`))
        return distribution
      })
      .toMatchObject({ status: 'pending' })
    await ok(call('DELETE', `/api/distributions/${String(scheduled['distribution_id'])}`))
    await ok(call('DELETE', `/api/audiences/${audience_id}`))

    expect(enforced.denied).toEqual([])
    for (const name of FUNCTION_NAMES) {
      const { status, text } = await call('GET', `/api/${name}/health?deep=1`)
      expect([name, status, text]).toEqual([name, 200, expect.stringContaining('"status":"ok"')])
    }
    expect((await fetch(`${runtime.url}/assets/old-1a2b3c4d.js`)).status).toBe(404)
    expect(enforced.denied).toEqual([])
  })

  test('uses every right of a function that the table names', () => {
    const below = (resource: string) => (resource.endsWith('/') ? resource : undefined)
    const unused = FUNCTION_USES.flatMap(({ who, what, permissions, on }) =>
      permissions
        .filter((permission) => !permission.startsWith('secretmanager.'))
        .flatMap((permission) => on.map((short) => ({ who, what, permission, resource: fullName(short, PLACE) })))
        .filter(
          ({ permission, resource }) =>
            !enforced.permitted.some(
              (asked) =>
                asked.identity === who &&
                asked.permission === permission &&
                (below(resource) === undefined ? asked.resource === resource : asked.resource.startsWith(resource)),
            ),
        ),
    )
    expect(unused.map(({ who, what, permission }) => `${who}: ${what}: ${permission}`)).toEqual([])
  })

  test('is refused where one function would read what is another one’s', async () => {
    const { STORAGE_API_ENDPOINT } = await runtime.doorsFor(accountOf('platforms'))
    const name = encodeURIComponent('audiences/user_id=demo_user/year=2025/month=05/audiences_202505.parquet')
    const response = await fetch(`${STORAGE_API_ENDPOINT}/storage/v1/b/activation-local/o/${name}?alt=media`)
    expect([response.status, await response.json()]).toMatchObject([
      403,
      {
        error: {
          errors: [{ reason: 'forbidden' }],
          message: expect.stringContaining('am-platforms does not have') as string,
        },
      },
    ])
  })
})
