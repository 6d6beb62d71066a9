import { CircleAlert, History } from 'lucide-react'
import { useState, type SubmitEvent } from 'react'

import { isoTime } from '#shared/base/clock.ts'
import { clock } from '../../base/ports.ts'
import { timeZoneHere, wallTimeAt } from '../../distributions/time-zones.ts'
import { momentWithin } from '../../format/dates.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { Button } from '../../parts/Button.tsx'
import { SuggestionChip } from '../../parts/Chip.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { TextField } from '../../parts/Field.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { useSession } from '../../session/use-session.ts'
import { earliestMs, momentFault, planGroups, type BackPlan } from './back-plan.ts'
import styles from './BackDialog.module.css'
import { goBack, previewBack, type BackOutcome } from './go-back.ts'

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
  const [is_busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  if (!account) return <NoAccount onClose={onClose} />

  const at_ms = Date.parse(typed)
  const wrong = momentFault(at_ms, now_ms)
  const moment = wrong === undefined ? momentWithin(isoTime(at_ms), clock.nowMs()) : ''
  const run = async (work: () => Promise<BackOutcome>, is_deed: boolean) => {
    setBusy(true)
    setFault(undefined)
    const outcome = await work()
    setBusy(false)
    setProgress(undefined)
    if (!outcome.ok) return setFault(outcome.words)
    setPlan(outcome.plan)
    setDone(is_deed)
  }
  const onLook = (event: SubmitEvent) => {
    event.preventDefault()
    if (wrong === undefined && !is_busy) void run(() => previewBack(client, isoTime(at_ms)), false)
  }
  const onGo = () => void run(() => goBack(client, isoTime(at_ms), setProgress), true)
  const has_something = plan !== undefined && plan.undone.length > 0
  return (
    <Dialog
      title={is_done ? `Back to ${moment}` : 'Back to an earlier moment'}
      onClose={onClose}
      actions={
        is_done ? (
          <Button kind="primary" onClick={onClose} data-begin>
            Close
          </Button>
        ) : (
          <>
            <Button kind="quiet" onClick={plan ? () => setPlan(undefined) : onClose}>
              {plan ? 'Another moment' : 'Leave it as it is'}
            </Button>
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
      {plan && <Plan plan={plan} moment={moment} is_done={is_done} />}
      {progress !== undefined && <p role="status">{countOf(progress, 'record')} so far</p>}
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          <Icon of={CircleAlert} /> {fault}
        </p>
      )}
    </Dialog>
  )
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
        {more &&
          (is_done
            ? ' There is more: go back to the same moment again.'
            : ' There are more than are shown here; all of them go.')}
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
