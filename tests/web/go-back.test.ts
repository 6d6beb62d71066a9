import { describe, expect, it } from 'vitest'

import { goBack, previewBack, type BackClient } from '#functions/web/app/frame/back/go-back.ts'
import { noAnswer, type ApiProblem, type NoAnswerKind } from '#shared/client/api/problems.ts'
import type { ProblemKind } from '#shared/base/problem.ts'
import { NOTHING_KNOWN } from '#shared/client/store/syncer-state.ts'

const AT = '2026-11-28T14:05:00.000Z'
const idle = () => undefined

/** What one request takes back, whether there is more, or why it is not answered. */
type Answer = { readonly undone: number; readonly more?: boolean } | ApiProblem

/** The service answers in this order; `calls` has the requests and the exchanges as they came. */
function serviceThat(...answers: readonly Answer[]) {
  const calls: string[] = []
  const left = [...answers]
  let pending = 0
  let is_online: boolean | undefined = true
  const client: unknown = {
    get status() {
      return { ...NOTHING_KNOWN, pending, is_online }
    },
    syncNow: async () => {
      calls.push('sync')
      return undefined
    },
    api: {
      sync: {
        undo: async ({ body }: { readonly body: { readonly dry_run?: boolean | undefined } }) => {
          calls.push(body.dry_run ? 'preview' : 'undo')
          const answer = left.shift()
          if (!answer) throw new Error('one request too many')
          if ('kind' in answer) return { ok: false, problem: answer }
          const undone = Array.from({ length: answer.undone }, (_, at) => ({ id: `aud_${at}` }))
          return { ok: true, body: { undone, left: [], left_count: 0, more: answer.more ?? false } }
        },
      },
    },
  }
  const setStatus = (status: { readonly pending?: number; readonly is_online?: boolean }) => {
    pending = status.pending ?? pending
    is_online = status.is_online ?? is_online
  }
  return { client: client as BackClient, calls, setStatus }
}

const refusal = (kind: ProblemKind, status: number, detail = ''): ApiProblem => ({
  ...noAnswer('offline', status),
  kind,
  detail,
  is_outcome_unknown: false,
})

async function gone(client: BackClient, options: Partial<Parameters<typeof goBack>[2]> = {}) {
  const outcome = await goBack(client, AT, { signal: new AbortController().signal, onProgress: idle, ...options })
  return outcome.ok
    ? { count: outcome.plan.undone.length, more: outcome.plan.more, ended: outcome.ended }
    : { words: outcome.words }
}

describe('going back', () => {
  it('takes as many requests as it needs, counts along, and then shows what has gone back', async () => {
    const { client, calls } = serviceThat({ undone: 3, more: true }, { undone: 2, more: true }, { undone: 1 })
    const counts: number[] = []
    expect(await gone(client, { onProgress: (count) => counts.push(count) })).toEqual({
      count: 6,
      more: false,
      ended: undefined,
    })
    expect(counts).toEqual([3, 5])
    expect(calls).toEqual(['undo', 'undo', 'undo', 'sync'])
  })

  it('that a later request ends keeps what went back, says why and that there is more, and syncs', async () => {
    const { client, calls } = serviceThat({ undone: 3, more: true }, refusal('too-many-requests', 429))
    expect(await gone(client)).toEqual({
      count: 3,
      more: true,
      ended: 'Too much is under way at the same time. Try again in a minute.',
    })
    expect(calls).toEqual(['undo', 'undo', 'sync'])
  })

  it.each<[string, Answer]>([
    ...(['timeout', 'offline', 'not-an-answer'] satisfies NoAnswerKind[]).map((kind): [string, Answer] => [
      kind,
      noAnswer(kind),
    ]),
    ['a fault of the service', refusal('internal', 500)],
  ])('without an answer (%s) never says that nothing was changed, first or later', async (_, problem) => {
    for (const before of [[], [{ undone: 2, more: true }]]) {
      const { client, calls } = serviceThat(...before, problem)
      const { words, ended = words } = await gone(client)
      expect(ended).toContain('How far this last step came is not known')
      expect(ended).not.toContain('Nothing was changed')
      expect(calls.at(-1)).toBe('sync')
    }
  })

  it('that the service refuses says its reason, and leaves no doubt', async () => {
    const { client } = serviceThat(refusal('invalid-input', 400, 'at must be within the last 24 hours'))
    expect(await gone(client)).toEqual({
      words: 'The service does not take it like this. Answer: at must be within the last 24 hours.',
    })
  })

  it('is stopped after the request that is under way, and goes on from there', async () => {
    const { client, calls } = serviceThat({ undone: 3, more: true }, { undone: 1 })
    const stop = new AbortController()
    const outcome = await goBack(client, AT, { signal: stop.signal, onProgress: () => stop.abort() })
    expect(outcome).toMatchObject({
      ok: true,
      plan: { more: true },
      ended: expect.stringContaining('You stopped it') as string,
    })
    expect(calls).toEqual(['undo', 'sync'])
    expect(await gone(client, { before: outcome.ok ? outcome.plan : undefined })).toMatchObject({
      count: 4,
      more: false,
    })
  })

  it('ends where the service has no way on, without asking for ever', async () => {
    const { client, calls } = serviceThat({ undone: 3, more: true }, { undone: 0, more: true })
    expect(await gone(client)).toEqual({ count: 3, more: true, ended: undefined })
    expect(calls).toEqual(['undo', 'undo', 'sync'])
  })

  it('does not begin while changes of this device wait, or without a connection', async () => {
    const { client, calls, setStatus } = serviceThat()
    setStatus({ pending: 2 })
    expect(await gone(client)).toEqual({ words: expect.stringContaining('still on their way') as string })
    setStatus({ pending: 0, is_online: false })
    expect(await gone(client)).toEqual({ words: expect.stringContaining('Nothing was changed') as string })
    expect(calls).toEqual(['sync'])
  })
})

describe('looking at what would go back', () => {
  it('changes nothing, and says so when it fails', async () => {
    const { client, calls } = serviceThat({ undone: 3 }, noAnswer('timeout'), refusal('unavailable', 503))
    const { signal } = new AbortController()
    expect(await previewBack(client, AT, signal)).toMatchObject({ ok: true, plan: { more: false } })
    for (let at = 0; at < 2; at++) {
      const outcome = await previewBack(client, AT, signal)
      expect(outcome).toMatchObject({ ok: false, words: expect.stringMatching(/Nothing was changed\.$/) as string })
    }
    expect(calls).toEqual(['preview', 'preview', 'preview'])
  })
})
