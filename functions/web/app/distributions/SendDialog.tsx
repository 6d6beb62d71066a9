import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState, type SubmitEvent } from 'react'

import type { ActivationClient } from '#shared/client/client.ts'
import { clock } from '../base/ports.ts'
import { compareNames } from '../format/order.ts'
import { Button, ButtonLink } from '../parts/Button.tsx'
import { Checks } from '../parts/Checks.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { Select } from '../parts/Field.tsx'
import { Segmented } from '../parts/Segmented.tsx'
import { useClient, useRecords, useStatus } from '../store/hooks.ts'
import type { Shown } from '../store/records.ts'
import { instantOf, tomorrowMorning, type TypedTime } from './schedule.ts'
import { ScheduleFields } from './ScheduleFields.tsx'
import { SegmentChoice } from './SegmentChoice.tsx'
import { sendAudience } from './send-audience.ts'
import { canBeSent, earlierSends, notReadyInWords, sendChecks } from './send-checks.ts'
import styles from './SendDialog.module.css'
import { closeSend, type SendTask } from './send-task.ts'

const WHEN = [
  { value: 'now', words: 'Now' },
  { value: 'later', words: 'Later' },
] as const
type When = (typeof WHEN)[number]['value']

/** What is sent where, and when; before that, what speaks against it. */
export function SendDialog({ task }: { readonly task: SendTask }) {
  const client = useClient()
  const navigate = useNavigate()
  const { is_online } = useStatus()
  const { records: audiences } = useRecords('audience')
  const { records: platforms } = useRecords('platform')
  const { records: sends } = useRecords('distribution')
  const now_ms = clock.nowMs()
  const [audience_id, setAudience] = useState(() => idHere(client, 'audience', task.audience_id) ?? '')
  const [chosen_platform_id, setPlatform] = useState(() => idHere(client, 'platform', task.platform_id))
  const [picked, setPicked] = useState(task.segment_ids)
  const [when, setWhen] = useState<When>('now')
  const [typed, setTyped] = useState<TypedTime>(() => tomorrowMorning(now_ms))
  const [fault, setFault] = useState<string>()
  const [is_sending, setSending] = useState(false)

  const connected = platforms.filter(({ record }) => record.status === 'connected')
  // One that is ready is chosen already.
  const platform_id = chosen_platform_id ?? (connected.length === 1 ? connected[0]!.id : '')
  const audience = audiences.find(({ id }) => id === audience_id)
  const platform = platforms.find(({ id }) => id === platform_id)
  const chosen = picked?.filter((id) => audience?.record.segments.some(({ segment_id }) => segment_id === id))
  const checks = sendChecks(audience, platform, sends, now_ms, chosen)
  const planned = when === 'later' ? instantOf(typed, now_ms) : undefined

  const onSend = async (event: SubmitEvent) => {
    event.preventDefault()
    if (is_sending) return
    if (!audience) return setFault('Choose the audience to send.')
    if (!platform) return setFault('Choose the platform to send it to.')
    if (!canBeSent(checks)) return setFault('It cannot be sent like this: see the checks above.')
    if (planned && !planned.ok) return setFault(undefined)
    setSending(true)
    const problem = await sendAudience(client, {
      audience,
      platform,
      segment_ids: chosen ?? [],
      is_refresh: earlierSends(audience, platform, sends).length > 0,
      schedule: planned && { instant: planned.instant, time_zone: typed.time_zone },
      onShow: (id) => void navigate({ to: '/distributions', search: { id } }),
    })
    setSending(false)
    if (problem === undefined) closeSend()
    else setFault(problem)
  }
  if (connected.length === 0) return <NothingConnected />
  return (
    <Dialog
      title={task.audience_id === undefined ? 'Send an audience' : 'Send to a platform'}
      onClose={closeSend}
      actions={
        <>
          <Button kind="quiet" onClick={closeSend}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" form="send" is_busy={is_sending} busy_words="Sending…">
            {when === 'later' ? 'Schedule' : 'Send now'}
          </Button>
        </>
      }
    >
      <form id="send" noValidate className={styles.fields} onSubmit={(event) => void onSend(event)}>
        {task.audience_id === undefined ? (
          <AudienceSelect
            audiences={audiences}
            value={audience_id}
            onValue={(id) => {
              setAudience(id)
              setPicked(undefined)
            }}
          />
        ) : (
          <p className={styles.what} dir="auto">
            {audience?.record.name ?? 'This audience is gone.'}
          </p>
        )}
        {audience && audience.record.segments.length > 1 && (
          <SegmentChoice audience={audience.record} chosen={chosen} onChosen={setPicked} />
        )}
        <PlatformSelect platforms={platforms} value={platform_id} onValue={setPlatform} />
        <div className={styles.when}>
          <Segmented label="When" choices={WHEN} value={when} onValue={setWhen} />
          {when === 'later' && <ScheduleFields typed={typed} onTyped={setTyped} now_ms={now_ms} />}
        </div>
        <Checks checks={checks} label="Checks before sending" />
        {is_online === false && when === 'now' && (
          <p className={styles.hint}>You are offline. It is kept here, and sent when this device is online.</p>
        )}
        {is_online === false && when === 'later' && (
          <p className={styles.hint}>You are offline. This device must be online before that time.</p>
        )}
        {fault !== undefined && (
          <p role="alert" className={styles.fault}>
            {fault}
          </p>
        )}
      </form>
    </Dialog>
  )
}

/** As the record has it on this device: what was sent before may spell it in another way. */
function idHere(client: ActivationClient, noun: 'audience' | 'platform', id: string | undefined): string | undefined {
  return id === undefined ? undefined : (client.get(noun, id)?.id ?? id)
}

function NothingConnected() {
  return (
    <Dialog
      title="No platform is connected yet"
      onClose={closeSend}
      actions={
        <>
          <Button kind="quiet" onClick={closeSend}>
            Cancel
          </Button>
          <ButtonLink kind="primary" to="/platforms" onClick={closeSend}>
            To the platforms
          </ButtonLink>
        </>
      }
    >
      <p>Audiences are sent to platforms whose keys were tested. Add one, or test one that is there.</p>
    </Dialog>
  )
}

interface ChoiceProps<Noun extends 'audience' | 'platform'> {
  readonly value: string
  readonly onValue: (id: string) => void
  readonly records: readonly Shown<Noun>[]
}

/** Archived ones come back first. */
function AudienceSelect({
  audiences,
  value,
  onValue,
}: Omit<ChoiceProps<'audience'>, 'records'> & { readonly audiences: readonly Shown<'audience'>[] }) {
  const offered = useMemo(
    () =>
      audiences
        .filter(({ record }) => record.status !== 'archived')
        .toSorted((one, other) => compareNames(one.record.name, other.record.name)),
    [audiences],
  )
  return (
    <Select label="Audience" value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
      <option value="">Choose an audience</option>
      {offered.map(({ id, record }) => (
        <option key={id} value={id}>
          {record.name}
        </option>
      ))}
    </Select>
  )
}

/** Those that are not ready say why, and cannot be chosen. */
function PlatformSelect({
  platforms,
  value,
  onValue,
}: Omit<ChoiceProps<'platform'>, 'records'> & { readonly platforms: readonly Shown<'platform'>[] }) {
  const sorted = platforms.toSorted((one, other) => compareNames(one.record.name, other.record.name))
  return (
    <Select label="Platform" value={value} onChange={({ currentTarget }) => onValue(currentTarget.value)}>
      <option value="">Choose a platform</option>
      {sorted.map(({ id, record }) => {
        const why_not = notReadyInWords(record)
        return (
          <option key={id} value={id} disabled={why_not !== undefined}>
            {why_not === undefined ? record.name : `${record.name}: ${why_not}`}
          </option>
        )
      })}
    </Select>
  )
}
