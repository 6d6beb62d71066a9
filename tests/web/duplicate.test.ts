import { expect, it } from 'vitest'

import { copyOf, duplicate, type DuplicatingClient } from '#functions/web/app/store/duplicate.ts'
import { shownAudience } from './audience-fixture.ts'

const SEGMENTS = [{ segment_id: 1, name: 'Early risers', size: 12 }]

it('a copy has the fields of its original, begins as a draft, and says what it was copied from', () => {
  const original = shownAudience(1, {
    version: 4,
    status: 'archived',
    segments: SEGMENTS,
    metadata: { tags: ['autumn'], sample: true, copied_from: { audience_id: 'aud_before', version: 1 } },
  })
  const copy = copyOf('audience', original, ['Audience 1', 'Audience 1 (copy)'])
  expect(copy).toMatchObject({ name: 'Audience 1 (copy 2)', status: 'draft', segments: SEGMENTS })
  expect(copy['metadata']).toEqual({ tags: ['autumn'], copied_from: { audience_id: original.id, version: 4 } })
  for (const field of ['audience_id', 'user_id', 'version', 'created_at', 'deleted'])
    expect(copy).not.toHaveProperty(field)
})

it('a copy is called as nothing else on this device is', async () => {
  const made: unknown[] = []
  const client: DuplicatingClient = {
    list: () => [shownAudience(1), shownAudience(2, { name: 'Audience 1 (copy)' })],
    create: async (_, value) => {
      made.push(value['name'])
      return { ok: true, id: 'aud_new', seq: 1 }
    },
  }
  const { name } = await duplicate(client, 'audience', shownAudience(1))
  expect(name).toBe('Audience 1 (copy 2)')
  expect(made).toEqual([name])
})
