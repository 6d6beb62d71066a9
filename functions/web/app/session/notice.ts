import * as z from 'zod/mini'

import { ROUTE_LINES } from '#shared/client/api/route-lines.ts'
import { notice as noticeShape, type Notice } from '#shared/contract/flags.ts'
import { Cell } from '../base/cell.ts'
import { keep, kept } from '../base/kept.ts'
import { clock } from '../base/ports.ts'

/**
 * What the operator tells all users. It is shown from the next page on, never in the middle of one: nothing may move under
 * a hand. The last one is kept, so that it is there immediately at the next visit.
 */

const KEPT = 'notice'
const CLOSED = 'notice_closed'
const answered = z.object({ notice: z.nullable(noticeShape) })

export const shown_notice = new Cell<Notice | null>(worthShowing(keptNotice()))

/** The client's way to the service. It asks by itself which features are on: the same answer has the notice. */
export async function fetchAndHear(...request: Parameters<typeof fetch>): Promise<Response> {
  const answer = await fetch(...request)
  if (answer.ok && new URL(answer.url).pathname === ROUTE_LINES.flags.getFlags.path) void hear(answer.clone())
  return answer
}

async function hear(answer: Response): Promise<void> {
  const body: unknown = await answer.json().catch(() => undefined)
  const result = z.safeParse(answered, body)
  if (result.success) keep(KEPT, result.data.notice && JSON.stringify(result.data.notice))
}

/** A page has changed: what was told meanwhile may be shown. */
export function renewNotice(): void {
  const now = worthShowing(keptNotice())
  if (now?.id !== shown_notice.get()?.id) shown_notice.set(now)
}

export function closeNotice({ id }: Notice): void {
  keep(CLOSED, id)
  shown_notice.set(null)
}

function worthShowing(notice: Notice | null): Notice | null {
  if (!notice || kept(CLOSED) === notice.id) return null
  return notice.until !== null && Date.parse(notice.until) <= clock.nowMs() ? null : notice
}

function keptNotice(): Notice | null {
  try {
    const result = z.safeParse(noticeShape, JSON.parse(kept(KEPT) ?? 'null'))
    return result.success ? result.data : null
  } catch {
    return null
  }
}
