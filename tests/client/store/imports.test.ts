import { expect, test } from 'vitest'

import type { EarlierRecord } from '#shared/client/client-types.ts'
import { names, played, sessionOf } from './stand-in.ts'

/** An earlier local store: its keys are its own, and its records refer to each other by them. */
async function* earlier(): AsyncGenerator<EarlierRecord> {
  yield { noun: 'audience', key: '1', value: { name: 'Hikers' } }
  yield { noun: 'platform', key: '1', value: { platform_type: 'meta', name: 'Meta' } }
  yield await Promise.resolve({
    noun: 'distribution',
    key: '1',
    value: { audience_id: '1', platform_id: '1' },
  } as const)
  yield { noun: 'audience', key: '2', value: { name: '' } }
}

test(
  'records of an earlier local store come in once, refer to each other as they did, and go into the account with the guest',
  played(async (device) => {
    const { service } = device
    const { client } = await device.open()
    expect(await client.importLocal('old_app', earlier())).toEqual({ made: 3, known: 0, refused: 1 })
    expect(await client.importLocal('old_app', earlier())).toEqual({ made: 0, known: 3, refused: 1 })
    const [audience] = client.list('audience')
    const [distribution] = client.list('distribution')
    expect(distribution?.record['audience_id']).toBe(audience?.record['audience_id'])
    await client.signIn(sessionOf('a'))
    await client.syncNow()
    expect(service.records('a')).toHaveLength(3)
    expect(names(client)).toEqual(['Hikers'])
    expect(client.status).toMatchObject({ is_migrating: false, pending: 0, invalid: 0 })
  }),
)
