import * as z from 'zod/mini'

import type { ActivationClient } from '#shared/client/client.ts'
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

export const shown_notice = new Cell<Notice | null>(worthShowing(keptNotice()))

/** Asks the service; a guest has none. */
export async function askForNotice({ api, identity }: ActivationClient): Promise<void> {
  if (!identity) return
  const result = await api.flags.getFlags({ attempts_max: 1 })
  if (result.ok) keep(KEPT, result.body.notice && JSON.stringify(result.body.notice))
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
