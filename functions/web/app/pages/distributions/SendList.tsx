import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import { memo, useEffect, useRef, useState, type RefObject } from 'react'

import { clock } from '../../base/ports.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { matchRateOf } from '../../format/words.ts'
import { Icon } from '../../parts/Icon.tsx'
import { PlatformTile } from '../../parts/PlatformTile.tsx'
import { remPx, useVirtualRows } from '../../parts/use-virtual-rows.ts'
import { searchOf, type SendQuery } from './search.ts'
import styles from './SendList.module.css'
import { SendStatus } from './SendStatus.tsx'
import { momentOfSend, type Send } from './sends.ts'
import { useRowKeys } from './use-row-keys.ts'

const ROW_REM = 4.5

/** Any number of sends, the latest first, as far as the filters let them through; those out of sight are only space. */
export function SendList({
  sends,
  query,
  current_id,
  scroller,
}: {
  readonly sends: readonly Send[]
  readonly query: SendQuery
  readonly current_id: string | undefined
  /** What scrolls the list; undefined: the sheet does. */
  readonly scroller: RefObject<HTMLElement | null> | undefined
}) {
  const list = useRef<HTMLUListElement>(null)
  const { first, end, before_px, after_px, scrollToRow } = useVirtualRows(list, {
    count: sends.length,
    row_px: remPx(ROW_REM),
    gap_px: 0,
    scroller,
  })
  const onKeyDown = useRowKeys(list, sends.length, scrollToRow)
  const [opened_at] = useState(() => sends.findIndex(({ id }) => id === current_id))
  // The address may lead to one far below.
  useEffect(() => {
    if (opened_at > 0) scrollToRow(opened_at)
  }, [opened_at, scrollToRow])
  return (
    // Its rows are links; the keys only move between them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul ref={list} aria-label="Sends" style={{ paddingBlock: `${before_px}px ${after_px}px` }} onKeyDown={onKeyDown}>
      {sends.slice(first, end).map((send, offset) => (
        <SendRow
          key={send.id}
          send={send}
          query={query}
          at={first + offset}
          count={sends.length}
          is_current={send.id === current_id}
        />
      ))}
    </ul>
  )
}

/** Drawn again only when it changes: the list moves on with every scroll. */
const SendRow = memo(function SendRow({
  send,
  query,
  at,
  count,
  is_current,
}: {
  readonly send: Send
  readonly query: SendQuery
  readonly at: number
  readonly count: number
  readonly is_current: boolean
}) {
  return (
    <li className={styles.item} aria-setsize={count} aria-posinset={at + 1} data-at={at}>
      <Link
        to="/distributions"
        search={searchOf({ ...query, id: send.id })}
        resetScroll={false}
        className={styles.row}
        aria-current={is_current ? 'true' : undefined}
      >
        <span className={styles.name} dir="auto">
          {send.audience_name}
        </span>
        <Line send={send} now_ms={clock.nowMs()} />
      </Link>
    </li>
  )
})

function Line({ send, now_ms }: { readonly send: Send; readonly now_ms: number }) {
  const { shown, platform_name, platform_type, match_rate } = send
  const { status } = shown.record
  const at = momentOfSend(shown)
  return (
    <span className={styles.line}>
      {platform_type && <PlatformTile type={platform_type} size="small" />}
      <span className={styles.where}>
        <bdi className={styles.platform}>{platform_name}</bdi>
        <time dateTime={at} title={exactlyOf(at)} className={styles.at}>
          {' · '}
          {momentOf(at, now_ms)}
        </time>
      </span>
      {status === 'completed' ? (
        <span className={match_rate === null ? styles.unknown : styles.rate}>
          {matchRateOf(match_rate)}
          <Icon of={CircleCheck} size={14} label="Completed" className={styles.done} />
        </span>
      ) : (
        <SendStatus send={send} />
      )}
    </span>
  )
}
