import { useState, type SubmitEvent } from 'react'

import type { OutboxEntry } from '#shared/client/store/entries.ts'
import { clock } from '../../base/ports.ts'
import { instantOf, timeZoneOf, tomorrowMorning, typedTimeOf } from '../../distributions/schedule.ts'
import { ScheduleFields } from '../../distributions/ScheduleFields.tsx'
import { Button } from '../../parts/Button.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { useClient } from '../../store/hooks.ts'
import styles from './MoveSend.module.css'
import { moveSend } from './send-deeds.ts'
import type { Send } from './sends.ts'

/** Another time for a send that has not gone. It works offline. */
export function MoveSend({
  send,
  refused,
  onClose,
}: {
  readonly send: Send
  /** The change that asked for a time in vain: it is corrected. */
  readonly refused: OutboxEntry | undefined
  readonly onClose: () => void
}) {
  const client = useClient()
  const now_ms = clock.nowMs()
  const { status, scheduled_at } = send.shown.record
  const [typed, setTyped] = useState(() => {
    const is_ahead = scheduled_at !== null && Date.parse(scheduled_at) > now_ms
    return is_ahead ? typedTimeOf(scheduled_at, timeZoneOf(send.shown.record)) : tomorrowMorning(now_ms)
  })
  const [fault, setFault] = useState<string>()
  const planned = instantOf(typed, now_ms)
  // It may go while the dialog is open.
  const has_gone = !refused && status !== 'scheduled'
  const is_due = !has_gone && !refused && scheduled_at !== null && Date.parse(scheduled_at) <= now_ms
  const onMove = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!planned.ok || has_gone) return
    const schedule = { instant: planned.instant, time_zone: typed.time_zone }
    const problem = await moveSend(client, send, schedule, refused)
    if (problem === undefined) onClose()
    else setFault(problem)
  }
  return (
    <Dialog
      title="When should it go?"
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            {has_gone ? 'Close' : 'Keep the time'}
          </Button>
          {!has_gone && (
            <Button kind="primary" type="submit" form="move">
              Move
            </Button>
          )}
        </>
      }
    >
      <p className={styles.what} dir="auto">
        {send.audience_name} to {send.platform_name}
      </p>
      {has_gone ? (
        <p role="alert">It has gone meanwhile, so its time cannot be moved. Cancel it if your sender has not begun.</p>
      ) : (
        <form id="move" noValidate onSubmit={(event) => void onMove(event)}>
          <ScheduleFields typed={typed} onTyped={setTyped} now_ms={now_ms} />
        </form>
      )}
      {is_due && (
        <p className={styles.hint}>
          Its time has passed, so it may have gone already. Then it is not moved, and you see that here.
        </p>
      )}
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
    </Dialog>
  )
}
