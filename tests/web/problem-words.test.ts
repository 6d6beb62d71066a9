import { describe, expect, it } from 'vitest'

import { problemInWords } from '#functions/web/app/format/problem-words.ts'
import { refusalOf } from '#functions/web/app/aside/refusals.ts'
import { PROBLEM_KINDS, type ProblemKind } from '#shared/base/problem.ts'
import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { problemDocument, problemType } from '#shared/contract/problem-document.ts'

const KINDS = Object.keys(PROBLEM_KINDS) as ProblemKind[]
const DETAIL = 'The audience is in use by distributions: 1 scheduled'

describe('every problem of the contract', () => {
  it.each(KINDS)('%s is told in whole sentences that say what to do or what the service answered', (kind) => {
    expect(problemDocument.shape.type.safeParse(problemType(kind)).success).toBe(true)
    const words = problemInWords({ kind, detail: DETAIL })
    expect(words).toMatch(/^[A-Z].*\.$/)
    expect(words.includes(DETAIL) || words.split('. ').length > 1 || kind === 'not-found').toBe(true)
    expect(words).not.toMatch(/invalid|please|oops/i)
  })

  it.each(KINDS)('%s is told the same of a change that was set aside', (kind) => {
    expect(refusalOf(entryWith(problemType(kind), DETAIL)).sentence).toBe(problemInWords({ kind, detail: DETAIL }))
  })
})

it('something that is used says what uses it, and what to do', () => {
  const words = problemInWords({ kind: 'in-use', detail: DETAIL })
  expect(words).toContain('Cancel the sends that wait')
  expect(words).toContain(`Answer: ${DETAIL}.`)
})

it('a problem of a later release is told in the words of the service', () => {
  expect(refusalOf(entryWith('/problems/of-tomorrow', 'No room')).sentence).toBe('Answer: No room.')
})

function entryWith(type: string, reason: string): OutboxEntry {
  return {
    seq: 1,
    mutation_id: 'm',
    kind: 'audience',
    id: 'aud_1',
    change: { op: 'create', value: {} },
    refers_to: [],
    made_at: '2026-11-16T09:00:00.000Z',
    aside: { status: 'invalid', fields: [], server: null, reason, problem: { type } },
  }
}
