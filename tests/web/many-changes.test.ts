import { afterEach, describe, expect, it } from 'vitest'

import { change_fault } from '#functions/web/app/actions/change-fault.ts'
import { archiveAudiences, retagAudiences } from '#functions/web/app/audiences/change-audiences.ts'
import { withTagRenamed } from '#functions/web/app/audiences/tags.ts'
import { savedAudiencesSearch, searchWithTags } from '#functions/web/app/pages/saved-audiences/search.ts'
import { toast, undoLast } from '#functions/web/app/parts/toasts.ts'
import { Problem } from '#shared/base/problem.ts'
import type { ActivationClient } from '#shared/client/client.ts'
import type { ChangeOutcome, UserChange } from '#shared/client/store/user-changes.ts'
import { shownAudience } from './audience-fixture.ts'

const many = (count: number) => Array.from({ length: count }, (_, at) => shownAudience(at, { status: 'active' }))

afterEach(() => {
  toast.set(undefined)
  change_fault.set(undefined)
})

/** Keeps every portion of changes. @param meanwhile what somebody does while a portion is kept, by how many came before it */
function deviceThat(meanwhile: (portions: number) => void = () => undefined, refused_at = Number.POSITIVE_INFINITY) {
  const portions: (readonly UserChange[])[] = []
  const client: unknown = {
    changeAll: async (changes: readonly UserChange[]): Promise<readonly ChangeOutcome[]> => {
      const before = portions.flat().length
      portions.push(changes)
      meanwhile(portions.length)
      return changes.map(({ id }, at) =>
        before + at === refused_at
          ? { ok: false, problem: new Problem('quota-exceeded', 'This device is full.') }
          : { ok: true, id: id!, seq: before + at },
      )
    },
  }
  return { client: client as ActivationClient, portions }
}

describe('a change of many audiences', () => {
  it('is counted portion by portion, and has its way back', async () => {
    const seen: unknown[] = []
    const { client, portions } = deviceThat(() => seen.push(toast.get()?.words))
    await archiveAudiences(client, many(450))
    expect(seen).toEqual([undefined, 'Archived 200 so far', 'Archived 400 so far'])
    expect(portions.map(({ length }) => length)).toEqual([200, 200, 50])
    expect(toast.get()).toMatchObject({
      words: 'Archived 450 audiences',
      undo: { run: expect.any(Function) as unknown },
    })
  })

  it('stops after the portion that is being kept, says how many are as they were, and undoes what it did', async () => {
    const { client, portions } = deviceThat((count) => {
      if (count !== 2) return
      expect(toast.get()?.undo?.words).toBe('Stop')
      undoLast()
    })
    await archiveAudiences(client, many(700))
    expect(portions).toHaveLength(2)
    expect(toast.get()?.words).toBe('Archived 400 audiences; 300 audiences are as they were')
    expect(change_fault.get()).toBeUndefined()
    await toast.get()?.undo?.run()
    expect(
      portions
        .slice(2)
        .flat()
        .map(({ id }) => id),
    ).toEqual(
      portions
        .slice(0, 2)
        .flat()
        .map(({ id }) => id),
    )
  })

  it('can be stopped on its way back, too', async () => {
    const { client } = deviceThat((portions) => {
      // The first three made it, the fifth is the second of the way back.
      if (portions === 5) undoLast()
    })
    await archiveAudiences(client, many(450))
    await toast.get()?.undo?.run()
    expect(toast.get()?.words).toBe('Undid 400; 50 audiences stay changed')
  })

  it('leaves no count behind when its way back has ended', async () => {
    const { client } = deviceThat()
    await archiveAudiences(client, many(300))
    await toast.get()?.undo?.run()
    expect(toast.get()).toBeUndefined()
  })

  it('that a device does not keep is told with how many are as they were', async () => {
    const { client } = deviceThat(undefined, 1)
    await archiveAudiences(client, many(3))
    expect(change_fault.get()).toBe('“Audience 1” was not changed. This device is full.')
    expect(toast.get()?.words).toBe('Archived 2 audiences; 1 audience is as it was')
  })

  it('says whether it was done to all of them', async () => {
    const edit = (tags: readonly string[]) => [...tags, 'autumn']
    expect(await retagAudiences(deviceThat().client, many(2), { edit })).toBe(true)
    expect(await retagAudiences(deviceThat(undefined, 0).client, many(2), { edit })).toBe(false)
  })
})

describe('the filter of a list', () => {
  const search = savedAudiencesSearch({ tag: 'outdoors,sport', sort: 'name' })

  it('follows a tag to its new name, and once where both were wanted', () => {
    expect(searchWithTags(search, (tags) => withTagRenamed(tags, 'sport', 'sports, all'))).toEqual({
      tag: 'outdoors,sports%2C all',
      sort: 'name',
    })
    expect(searchWithTags(search, (tags) => withTagRenamed(tags, 'sport', 'outdoors'))).toEqual({
      tag: 'outdoors',
      sort: 'name',
    })
  })

  it('stays where the tag is none of it', () => {
    expect(searchWithTags(search, (tags) => withTagRenamed(tags, 'other', 'new'))).toBe(search)
  })
})
