import { CircleAlert, History } from 'lucide-react'
import { useEffect, useRef, useState, type SubmitEvent } from 'react'

import { isoTime } from '#shared/base/clock.ts'
import { change_fault } from '../../actions/change-fault.ts'
import { clock } from '../../base/ports.ts'
import { timeZoneHere } from '../../base/time-zone.ts'
import { wallTimeAt } from '../../distributions/time-zones.ts'
import { momentWithin } from '../../format/dates.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { Button } from '../../parts/Button.tsx'
import { SuggestionChip } from '../../parts/Chip.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { TextField } from '../../parts/Field.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useSession } from '../../session/use-session.ts'
import { earliestMs, momentFault, planGroups, type BackPlan } from './back-plan.ts'
import styles from './BackDialog.module.css'
import { goBack, previewBack, STOPPED, type BackOutcome } from './go-back.ts'

const MINUTE_MS = 60_000
const SUGGESTIONS = [
  { words: '5 minutes ago', minutes: 5 },
  { words: '15 minutes ago', minutes: 15 },
  { words: 'An hour ago', minutes: 60 },
] as const

/** Everything that this person has changed, back to a moment of the last day: chosen, looked at, done. */
export function BackDialog({ onClose }: { readonly onClose: () => void }) {
  const { client, account } = useSession()
  const now_ms = client.api.time.nowMs()
  const [typed, setTyped] = useState(() => typedAt(now_ms - SUGGESTIONS[1].minutes * MINUTE_MS))
  const [plan, setPlan] = useState<BackPlan>()
  const [is_done, setDone] = useState(false)
  const [progress, setProgress] = useState<number>()
  const [fault, setFault] = useState<string>()
  const [running, setRunning] = useState<AbortController>()
  const [is_stopping, setStopping] = useState(false)
  const is_open = useRef(true)
  const ending = useRef<AbortController>(undefined)
  useEffect(() => {
    is_open.current = true
    return () => {
      is_open.current = false
      // Nobody looks at it any more: what has begun ends with the request that is under way.
      ending.current?.abort()
    }
  }, [])
  if (!account) return <NoAccount onClose={onClose} />

  const at_ms = Date.parse(typed)
  const wrong = momentFault(at_ms, now_ms)
  const moment = wrong === undefined ? momentWithin(isoTime(at_ms), clock.nowMs()) : ''
  const is_busy = running !== undefined
  const run = async (work: (signal: AbortSignal) => Promise<BackOutcome>, is_deed: boolean) => {
    const run_of = new AbortController()
    ending.current = run_of
    setRunning(run_of)
    setFault(undefined)
    const outcome = await work(run_of.signal)
    if (!is_open.current) return is_deed ? tellElsewhere(outcome, moment) : undefined
    setRunning(undefined)
    setStopping(false)
    setProgress(undefined)
    setFault(outcome.ok ? outcome.ended : outcome.words)
    if (!outcome.ok) return
    setPlan(outcome.plan)
    setDone(is_deed)
  }
  const onLook = (event: SubmitEvent) => {
    event.preventDefault()
    if (wrong === undefined && !is_busy) void run((signal) => previewBack(client, isoTime(at_ms), signal), false)
  }
  const onGo = () => {
    const before = is_done ? plan : undefined
    void run((signal) => goBack(client, isoTime(at_ms), { before, signal, onProgress: setProgress }), true)
  }
  const onStop = () => {
    setStopping(true)
    running?.abort()
  }
  const has_something = plan !== undefined && plan.undone.length > 0
  const is_going = is_busy && has_something
  return (
    <Dialog
      title={is_done ? `Back to ${moment}` : 'Back to an earlier moment'}
      onClose={onClose}
      actions={
        is_done && !is_going ? (
          <>
            <Button kind={plan?.more ? 'quiet' : 'primary'} onClick={onClose} data-begin>
              Close
            </Button>
            {plan?.more && (
              <Button kind="primary" onClick={onGo}>
                Go on
              </Button>
            )}
          </>
        ) : (
          <>
            {is_going ? (
              <Button kind="quiet" is_busy={is_stopping} busy_words="Stopping…" onClick={onStop}>
                Stop
              </Button>
            ) : (
              <Button kind="quiet" onClick={plan ? () => setPlan(undefined) : onClose}>
                {plan ? 'Another moment' : 'Leave it as it is'}
              </Button>
            )}
            {!plan && (
              <Button kind="primary" type="submit" form="back" is_busy={is_busy} busy_words="Asking…">
                Show what would change
              </Button>
            )}
            {has_something && (
              <Button kind="primary" is_busy={is_busy} busy_words="Going back…" onClick={onGo}>
                Go back to {moment}
              </Button>
            )}
          </>
        )
      }
    >
      {!plan && (
        <form id="back" noValidate className={styles.form} onSubmit={onLook}>
          <p>
            What you have changed since, on any device, is as it was then. What others changed is left, and nothing is
            lost: each record gets a new version.
          </p>
          <TextField
            type="datetime-local"
            label="Back to"
            min={typedAt(earliestMs(now_ms))}
            max={typedAt(now_ms)}
            error={wrong}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <div className={styles.suggestions} role="group" aria-label="Moments">
            {SUGGESTIONS.map(({ words, minutes }) => (
              <SuggestionChip key={words} onChoose={() => setTyped(typedAt(now_ms - minutes * MINUTE_MS))}>
                {words}
              </SuggestionChip>
            ))}
          </div>
        </form>
      )}
      {progress !== undefined && <p role="status">{countOf(progress, 'record')} went back so far</p>}
      {fault === STOPPED && <p role="status">{fault}</p>}
      {fault !== undefined && fault !== STOPPED && (
        <p role="alert" className={styles.fault}>
          <Icon of={CircleAlert} /> {fault}
        </p>
      )}
      {plan && <Plan plan={plan} moment={moment} is_done={is_done} />}
    </Dialog>
  )
}

/** How it ended after its dialog was closed: what went back as a toast, and why not all of it above the page. */
function tellElsewhere(outcome: BackOutcome, moment: string): void {
  const fault = outcome.ok ? outcome.ended : outcome.words
  if (outcome.ok) {
    showToast({ icon: History, words: `${countOf(outcome.plan.undone.length, 'record')} went back to ${moment}` })
  }
  if (fault !== undefined && fault !== STOPPED) change_fault.set(`Going back to ${moment} has ended early. ${fault}`)
}

const LINES_MAX = 5

function Plan({
  plan,
  moment,
  is_done,
}: {
  readonly plan: BackPlan
  readonly moment: string
  readonly is_done: boolean
}) {
  const { undone, left_count, more } = plan
  const groups = planGroups(plan)
  return (
    <>
      <p role="status">
        {undone.length === 0
          ? `Nothing that you have changed since ${moment} can go back.`
          : is_done
            ? `${countOf(undone.length, 'record')} went back to ${moment}.`
            : `${countOf(undone.length, 'record goes', 'records go')} back to ${moment}.`}
        {left_count > 0 && ` ${countOf(left_count, 'is', 'are')} left.`}
        {more && (is_done ? ' There is more.' : ' There are more than are shown here; all of them go.')}
      </p>
      <ul className={styles.groups}>
        {groups.map(({ id, title, is_left, lines }) => (
          <li key={id} className={is_left ? styles.left : styles.group}>
            <h3>{title}</h3>
            <ul aria-label={title}>
              {lines.slice(0, LINES_MAX).map((line, at) => (
                // Names are not unique, and lines do not move.
                <li key={at} dir="auto">
                  {line}
                </li>
              ))}
              {lines.length > LINES_MAX && <li>and {numberOf(lines.length - LINES_MAX)} more</li>}
            </ul>
          </li>
        ))}
      </ul>
    </>
  )
}

function NoAccount({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Back to an earlier moment" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <EmptyState icon={History} title="Going back begins with an account">
        A guest’s work is on this device only, and each change replaces the one before. Undo takes back the last one.
      </EmptyState>
    </Dialog>
  )
}

/** As a field of the browser has it, by the clocks here. */
function typedAt(time_ms: number): string {
  const { date, time } = wallTimeAt(time_ms, timeZoneHere())
  return `${date}T${time}`
}
