import { describe, expect, it } from 'vitest'

import { type BuilderDraft, EMPTY_DRAFT } from '#functions/web/app/pages/builder/model/draft.ts'
import { saveDraft } from '#functions/web/app/pages/builder/model/save.ts'
import { newSegment } from '#functions/web/app/pages/builder/model/segments.ts'
import { systemClock } from '#shared/base/clock.ts'
import { systemRandom } from '#shared/base/random.ts'
import { ActivationClient } from '#shared/client/client.ts'
import { MemoryBrowser } from '#shared/client/memory/memory-browser.ts'
import { StorageError } from '#shared/client/storage.ts'

const DRAFT: BuilderDraft = {
  ...EMPTY_DRAFT,
  words: 'People who moved',
  segments: [{ ...newSegment([]), name: 'Movers', size: '184,200' }],
  campaign: 'spring',
  tags: ['pets'],
}

async function openGuest() {
  const browser = new MemoryBrowser({ clock: systemClock, random: systemRandom })
  const client = await ActivationClient.open({
    ports: browser.openTab().ports,
    api: { origins: '', fetch: () => Promise.reject(new TypeError('offline')) },
    app_version: 'test',
  })
  return { client, id: client.newId('audience') }
}

describe('saving a draft', () => {
  it('twice makes one audience, and the second time changes it', async () => {
    const { client, id } = await openGuest()
    expect(await saveDraft(client, id, DRAFT)).toEqual({ ok: true, status: 'draft' })
    expect(await saveDraft(client, id, { ...DRAFT, is_confirmed: true })).toEqual({ ok: true, status: 'active' })
    expect(client.list('audience')).toHaveLength(1)
    expect(client.get('audience', id)?.record).toMatchObject({ name: 'People who moved', status: 'active' })
    await client.close()
  })

  it('changes only what the builder edits: the first words and metadata of others stay', async () => {
    const { client, id } = await openGuest()
    const metadata = { tags: ['old'], campaign_id: 'autumn', source: 'crm' }
    await client.create('audience', { name: 'Old', status: 'draft', original_query: 'first words', metadata }, id)
    await saveDraft(client, id, { ...DRAFT, tags: [], campaign: ' ' })
    expect(client.get('audience', id)?.record).toMatchObject({
      original_query: 'first words',
      description: 'People who moved',
      metadata: { source: 'crm' },
    })
    expect(client.get('audience', id)?.record['metadata']).toEqual({ source: 'crm' })
    await client.close()
  })

  it('that the device has no room for says so, and where to mend what is refused', async () => {
    const { client, id } = await openGuest()
    const full = { ok: false, problem: new StorageError('full', 'no space') } as const
    const small = {
      aside: [],
      get: () => undefined,
      create: async () => await Promise.resolve(full),
      change: async () => await Promise.resolve(full),
      correct: async () => await Promise.resolve(full),
    }
    expect(await saveDraft(small, id, DRAFT)).toMatchObject({
      ok: false,
      words: [expect.stringMatching(/This device is full/)],
    })
    const long = { ...DRAFT, segments: [{ ...DRAFT.segments[0]!, name: 'x'.repeat(201) }] }
    expect(await saveDraft(client, id, long)).toMatchObject({ ok: false, step: 'segments' })
    await client.close()
  })
})
