import { describe, expect, it } from 'vitest'

import { unconfirmedReason } from '#functions/web/app/pages/builder/model/checks.ts'
import { type DraftVariable, EMPTY_DRAFT } from '#functions/web/app/pages/builder/model/draft.ts'
import { withConfirmedSuggestions, withSuggestions } from '#functions/web/app/pages/builder/model/suggestions.ts'

const variable = (code: string, relevance = ''): DraftVariable => ({
  code,
  description: '',
  category: '',
  type: '',
  relevance,
})
const CHOSEN = { ...EMPTY_DRAFT, variables: [variable('CHOSEN', '10')] }
const FOUND = [variable('NONE'), variable('LOW', '20'), variable('CHOSEN', '90'), variable('HIGH', '95,5')]
const codes = (list: readonly DraftVariable[]) => list.map(({ code }) => code)

describe('what a service suggests', () => {
  it('is no variable of the audience before it is confirmed, and then only what was kept', () => {
    const draft = withSuggestions(CHOSEN, FOUND)
    expect(codes(draft.variables)).toEqual(['CHOSEN'])
    const suggestions = draft.suggestions.map((one) => ({ ...one, is_kept: one.code !== 'LOW' }))
    const confirmed = withConfirmedSuggestions({ ...draft, suggestions })
    expect(confirmed.variables).toEqual([variable('CHOSEN', '10'), variable('HIGH', '95,5'), variable('NONE')])
    expect(confirmed.suggestions).toEqual([])
  })

  it('is listed by relevance, the unscored last, without what is chosen already', () => {
    expect(codes(withSuggestions(CHOSEN, FOUND).suggestions)).toEqual(['HIGH', 'LOW', 'NONE'])
  })

  it('stays left out when the service is asked once more', () => {
    const once = withSuggestions(CHOSEN, FOUND)
    const draft = { ...once, suggestions: once.suggestions.map((one) => ({ ...one, is_kept: one.code === 'HIGH' })) }
    const again = withSuggestions(draft, [...FOUND, variable('NEW')])
    expect(codes(again.suggestions.filter(({ is_kept }) => is_kept))).toEqual(['HIGH', 'NEW'])
  })

  it('is confirmed or left out before the segments are', () => {
    const reason = unconfirmedReason(withSuggestions(CHOSEN, FOUND))
    expect(reason?.step).toBe('variables')
    expect(reason?.words).toContain('suggested variables')
  })
})
