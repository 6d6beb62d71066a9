import { Archive, Download, Pencil, Plus, Send, type LucideIcon } from 'lucide-react'
import { useEffect, useState } from 'react'

import { differencesOf, type Difference } from '../../audiences/differences.ts'
import { clock } from '../../base/ports.ts'
import { momentOf } from '../../format/dates.ts'
import { DISTRIBUTION_STATUS } from '../../format/status.ts'
import { Button } from '../../parts/Button.tsx'
import { TimelineEntry } from '../../parts/Timeline.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useSession } from '../../session/use-session.ts'
import type { Shown } from '../../store/records.ts'
import type { HandedOver } from './handed-over.ts'
import styles from './HistoryDrawer.module.css'
import { deedInWords, doerInWords, restorationOf, type Restoration, type Version } from './history.ts'
import { useVersionFields } from './use-versions.ts'

interface VersionEntryProps {
  readonly shown: Shown<'audience'>
  readonly version: Version
  readonly kept_since_version: number
  readonly is_current: boolean
}

/** One version: what was done by whom, the values before and after, and the way back to it. */
export function VersionEntry({ shown, version, kept_since_version, is_current }: VersionEntryProps) {
  const { client, account } = useSession()
  const fieldsOf = useVersionFields(shown.id)
  const [differences, setDifferences] = useState<readonly Difference[] | string>()
  const [restoration, setRestoration] = useState<Restoration | string>()
  const [fault, setFault] = useState<string>()
  const number = version.version
  const has_before = number > 1 && number > kept_since_version
  useEffect(() => {
    if (!is_current || !has_before) return
    let is_shown = true
    const load = async () => {
      const found = await differencesBetween(fieldsOf, number)
      if (is_shown) setDifferences(found)
    }
    void load()
    return () => void (is_shown = false)
  }, [is_current, has_before, number, fieldsOf])

  const onLook = async () => setDifferences(await differencesBetween(fieldsOf, number))
  const onPreview = async () => {
    const past = await fieldsOf(number)
    const now = client.get('audience', shown.id)?.record ?? shown.record
    setRestoration(typeof past === 'string' ? past : restorationOf(now, past))
  }
  const onRestore = async ({ set, unset }: Restoration) => {
    const before = restorationOf({ ...shown.record, ...set }, shown.record)
    const outcome = await client.change('audience', shown.id, { set, unset })
    if (!outcome.ok) return setFault(outcome.problem.message)
    setRestoration(undefined)
    const run = async () => {
      const undone = await client.change('audience', shown.id, { set: before.set, unset: before.unset })
      if (!undone.ok) setFault(undone.problem.message)
    }
    showToast({ words: `It is as it was in version ${number}`, undo: { run } })
  }
  const me = { user_id: account?.user_id ?? null, client_id: client.client_id }
  return (
    <TimelineEntry
      icon={iconOf(version)}
      tone={is_current ? 'move' : 'mute'}
      title={deedInWords(version, statusAfter(differences))}
      at={version.at}
      time={momentOf(version.at, clock.nowMs())}
      line={`${doerInWords(version, me)} · version ${number}${is_current ? ', current' : ''}`}
    >
      <Differences of={differences} />
      {restoration === undefined ? (
        <div className={styles.buttons}>
          {differences === undefined && has_before && !is_current && (
            <Button size="small" kind="quiet" onClick={() => void onLook()}>
              What changed
            </Button>
          )}
          {!is_current && (
            <Button size="small" onClick={() => void onPreview()}>
              Preview restore
            </Button>
          )}
        </div>
      ) : (
        <Preview
          number={number}
          of={restoration}
          onRestore={(wanted) => void onRestore(wanted)}
          onClose={() => setRestoration(undefined)}
        />
      )}
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
    </TimelineEntry>
  )
}

async function differencesBetween(
  fieldsOf: ReturnType<typeof useVersionFields>,
  number: number,
): Promise<readonly Difference[] | string> {
  const [before, after] = await Promise.all([fieldsOf(number - 1), fieldsOf(number)])
  if (typeof before === 'string') return before
  return typeof after === 'string' ? after : differencesOf(before, after)
}

function statusAfter(differences: readonly Difference[] | string | undefined): string | undefined {
  if (typeof differences !== 'object') return undefined
  return differences.find(({ field }) => field === 'status')?.after?.toLowerCase()
}

function iconOf({ version, changed, via }: Version): LucideIcon {
  if (via === 'import') return Download
  if (version === 1) return Plus
  return via === 'retention' || changed.includes('status') ? Archive : Pencil
}

function Preview({
  number,
  of,
  onRestore,
  onClose,
}: {
  readonly number: number
  readonly of: Restoration | string
  readonly onRestore: (restoration: Restoration) => void
  readonly onClose: () => void
}) {
  const is_same = typeof of === 'object' && of.differences.length === 0
  return (
    <div className={styles.preview} role="group" aria-label={`Restore version ${number}`}>
      {typeof of === 'string' && <p className={styles.fault}>{of}</p>}
      {is_same && <p>It is as it was then: there is nothing to restore.</p>}
      {typeof of === 'object' && !is_same && (
        <>
          <p>Restoring version {number} changes this. The status stays as it is.</p>
          <Differences of={of.differences} />
        </>
      )}
      <div className={styles.buttons}>
        {typeof of === 'object' && !is_same && (
          <Button kind="primary" size="small" onClick={() => onRestore(of)}>
            Restore version {number}
          </Button>
        )}
        <Button kind="quiet" size="small" onClick={onClose}>
          {is_same ? 'Close' : 'Not now'}
        </Button>
      </div>
    </div>
  )
}

function Differences({ of }: { readonly of: readonly Difference[] | string | undefined }) {
  if (of === undefined) return null
  if (typeof of === 'string') return <p className={styles.fault}>{of}</p>
  if (of.length === 0) return <p className={styles.hint}>Only details that are not shown.</p>
  return (
    <div className={styles.differences}>
      {of.map(({ label, before, after }, at) => (
        <div key={at}>
          <p className={styles.label} dir="auto">
            {label}
          </p>
          <dl className={styles.difference}>
            <dt>Before</dt>
            <dd dir="auto">{before === null ? <span className={styles.nothing}>Nothing</span> : <s>{before}</s>}</dd>
            <dt>After</dt>
            <dd dir="auto">{after === null ? <span className={styles.nothing}>Nothing</span> : <b>{after}</b>}</dd>
          </dl>
        </div>
      ))}
    </div>
  )
}

export function HandOverEntry({ hand_over: { platform_name, status, at } }: { readonly hand_over: HandedOver }) {
  return (
    <TimelineEntry
      icon={Send}
      tone="mute"
      title={`Sent to ${platform_name}`}
      at={at}
      time={momentOf(at, clock.nowMs())}
      line={DISTRIBUTION_STATUS[status].words}
    />
  )
}
