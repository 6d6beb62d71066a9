import { describe, expect, it } from 'vitest'

import { CATALOGUE } from '#functions/web/app/pages/builder/model/catalogue.ts'
import { SAMPLE_COUNTS } from '#functions/web/app/pages/first-use/sample-counts.ts'
import { addSamples } from '#functions/web/app/pages/first-use/sample-data.ts'
import { removeSamples, restoreSamples, sampleRecords } from '#functions/web/app/pages/first-use/sample-records.ts'
import { SAMPLE_AUDIENCES } from '#functions/web/app/pages/first-use/samples.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { ActivationClient } from '#shared/client/client.ts'
import { MemoryBrowser } from '#shared/client/memory/memory-browser.ts'
import { StorageError } from '#shared/client/storage.ts'

const NOW_MS = Date.parse('2025-05-15T12:00:00Z')

async function openGuest(): Promise<ActivationClient> {
  const browser = new MemoryBrowser({ clock: systemClock, random: systemRandom })
  return await ActivationClient.open({
    ports: browser.openTab().ports,
    api: { origins: '', fetch: () => Promise.reject(new TypeError('offline')) },
    app_version: 'test',
  })
}

const COUNT = SAMPLE_COUNTS.audiences + SAMPLE_COUNTS.platforms + SAMPLE_COUNTS.distributions

describe('sample data', () => {
  it('come for a guest without a connection, and are all marked', async () => {
    const client = await openGuest()
    const { records, problem } = await addSamples(client, NOW_MS)
    expect(problem).toBeUndefined()
    expect(records).toHaveLength(COUNT)
    expect(sampleRecords(client)).toHaveLength(COUNT)
    expect({
      audiences: client.list('audience').length,
      platforms: client.list('platform').length,
      distributions: client.list('distribution').length,
    }).toEqual(SAMPLE_COUNTS)
    expect(client.list('audience').map(({ record }) => record['status'])).toEqual(
      expect.arrayContaining(['active', 'draft', 'archived']),
    )
    await client.close()
  })

  it('send nothing: every distribution is planned for next year, or cancelled', async () => {
    const client = await openGuest()
    await addSamples(client, NOW_MS)
    const sends = client.list('distribution').map(({ record }) => [record['status'], record['scheduled_at']])
    expect(new Set(sends.map(([status]) => status))).toEqual(new Set(['scheduled', 'cancelled']))
    expect(sends.every(([, scheduled_at]) => Date.parse(String(scheduled_at)) > NOW_MS + 300 * 86_400_000)).toBe(true)
    await client.close()
  })

  it('go in one step with what was changed of them, leave what the user made, and come back by Undo', async () => {
    const client = await openGuest()
    await addSamples(client, NOW_MS)
    await client.create('audience', { name: 'My own', metadata: { tags: ['sample'] } })
    const { id } = client.list('audience').find(({ record }) => record['name'] === 'High-value cart leavers')!
    await client.change('audience', id, { set: { name: 'Renamed' } })
    const { records } = await removeSamples(client)
    expect(sampleRecords(client)).toEqual([])
    expect(client.list('audience').map(({ record }) => record['name'])).toEqual(['My own'])
    await restoreSamples(client, records)
    expect(sampleRecords(client)).toHaveLength(COUNT)
    expect(client.get('audience', id)?.record['name']).toBe('Renamed')
    await client.close()
  })

  it('that find no space say so, and what has come can be removed', async () => {
    const client = await openGuest()
    let made = 0
    const full = { ok: false, problem: new StorageError('full', 'This device is full.') } as const
    const create: typeof client.create = async (...args) => (++made > 5 ? full : await client.create(...args))
    const nearlyFull = {
      list: (noun: Parameters<typeof client.list>[0]) => client.list(noun),
      create,
      change: client.change.bind(client),
      delete: client.delete.bind(client),
      restore: client.restore.bind(client),
    }
    expect(await addSamples(nearlyFull, NOW_MS)).toMatchObject({ problem: 'This device is full.' })
    expect(sampleRecords(client)).toHaveLength(5)
    await removeSamples(client)
    expect(client.list('audience')).toEqual([])
    await client.close()
  })

  it('have variables of the catalogue only', () => {
    const codes = new Set(CATALOGUE.map(({ code }) => code))
    expect(
      SAMPLE_AUDIENCES.flatMap(({ variables }) => Object.keys(variables)).filter((code) => !codes.has(code)),
    ).toEqual([])
  })
})
