import { Cell } from '../base/cell.ts'
import { keep, kept } from '../base/kept.ts'
import { NEWEST_ENTRY } from '../pages/what-is-new/newest.ts'

const KEPT = 'news_read_until'

/** Whether "What is new" has something that nobody has read on this device. */
export const has_news = new Cell(isUnread())

export function readNews(): void {
  keep(KEPT, NEWEST_ENTRY)
  has_news.set(false)
}

/** Who comes for the first time finds everything new: nothing is marked. */
function isUnread(): boolean {
  const read_until = kept(KEPT)
  if (read_until === null) keep(KEPT, NEWEST_ENTRY)
  return read_until !== null && read_until < NEWEST_ENTRY
}
