import { describe, expect, it } from 'vitest'

import { EMPTY_DRAFT } from '#functions/web/app/pages/builder/model/draft.ts'
import { DraftKeeper } from '#functions/web/app/pages/builder/model/keeper.ts'
import { isoTime } from '#shared/base/clock.ts'
import type { Draft } from '#shared/client/store/drafts.ts'
import { StorageError } from '#shared/client/storage.ts'
import { ManualClock } from '#tests/http/manual-clock.ts'

const FORM = 'audience:aud_1'
const NOW_MS = Date.parse('2025-05-15T10:42:00Z')

/** The drafts of one browser, and tabs that edit one of them. */
function drafting() {
  const clock = new ManualClock(NOW_MS)
  const entries = new Map<string, Draft>()
  const disk = { is_full: false, writes: 0 }
  const now = () => isoTime(clock.nowMs())
  const drafts = {
    get: async (form: string) => await Promise.resolve(entries.get(form)),
    save: async (form: string, value: Draft['value']) => {
      await Promise.resolve()
      if (disk.is_full) throw new StorageError('full', 'no space')
      disk.writes++
      entries.set(form, { form, value, saved_at: now() })
    },
    delete: async (form: string) => {
      await Promise.resolve()
      entries.delete(form)
    },
  }
  const openTab = () => DraftKeeper.open({ form: FORM, start: EMPTY_DRAFT, drafts: () => drafts, clock, now })
  const type = (keeper: DraftKeeper, words: string) => keeper.change((draft) => ({ ...draft, words }))
  const kept = () => entries.get(FORM)?.value['words']
  const settled = async () => {
    for (let turns = 0; turns < 20; turns++) await Promise.resolve()
  }
  return { clock, disk, openTab, type, kept, settled }
}

describe('a draft', () => {
  it('is kept a moment after the first key, however long somebody goes on typing', async () => {
    const { clock, disk, openTab, type, kept, settled } = drafting()
    const keeper = await openTab()
    expect(keeper.state.get()).toMatchObject({ draft: EMPTY_DRAFT, kept_at: null })
    for (const words of ['p', 'pe', 'peo', 'peop', 'peopl']) {
      type(keeper, words)
      clock.advance(100)
      await settled()
    }
    expect([kept(), disk.writes]).toEqual(['peo', 1])
    clock.advance(100)
    await settled()
    expect(kept()).toBe('peopl')
    expect(keeper.state.get().kept_at).toBe('2025-05-15T10:42:00.600Z')
  })

  it('is there for the next page, and nothing is written of one that nobody has touched', async () => {
    const { disk, openTab, type } = drafting()
    const first = await openTab()
    await first.flush()
    expect(disk.writes).toBe(0)
    type(first, 'people who moved')
    await first.flush()
    expect((await openTab()).draft.words).toBe('people who moved')
  })

  it('that finds no space stays on the screen, says so, and is kept once there is some', async () => {
    const { clock, disk, openTab, type, kept, settled } = drafting()
    const keeper = await openTab()
    disk.is_full = true
    type(keeper, 'people')
    await keeper.flush()
    expect(keeper.state.get()).toMatchObject({ failure: 'full', kept_at: null, draft: { words: 'people' } })
    disk.is_full = false
    type(keeper, 'people who moved')
    clock.advance(250)
    await settled()
    expect(kept()).toBe('people who moved')
    expect(keeper.state.get().failure).toBeNull()
  })

  it('shows what another tab has typed', async () => {
    const { openTab, type } = drafting()
    const [one, other] = [await openTab(), await openTab()]
    type(one, 'movers')
    await one.flush()
    await other.heard()
    expect(other.draft.words).toBe('movers')
  })

  it.each([
    ['mine', 'mine'],
    ['theirs', 'theirs'],
  ] as const)('that two tabs type into asks which one goes on, and keeps %s', async (whose, words) => {
    const { openTab, type, kept } = drafting()
    const [one, other] = [await openTab(), await openTab()]
    type(one, 'theirs')
    await one.flush()
    type(other, 'mine')
    await other.heard()
    expect(other.state.get()).toMatchObject({ is_changed_elsewhere: true, draft: { words: 'mine' } })
    await other.flush()
    expect(kept()).toBe('theirs')
    await other.settle(whose)
    expect(other.state.get()).toMatchObject({ is_changed_elsewhere: false, draft: { words } })
    expect(kept()).toBe(words)
  })

  it('that has become an audience is not written again by the tab that saved it', async () => {
    const { openTab, type, kept } = drafting()
    const keeper = await openTab()
    type(keeper, 'movers')
    await keeper.remove()
    await keeper.flush()
    expect(kept()).toBeUndefined()
  })

  it('that another tab has saved is told as gone', async () => {
    const { openTab, type } = drafting()
    const [one, other] = [await openTab(), await openTab()]
    type(one, 'movers')
    await one.flush()
    await other.heard()
    await one.remove()
    await other.heard()
    expect(other.state.get()).toMatchObject({ is_gone: true, draft: { words: 'movers' } })
  })
})
