import { Archive, Download, Pencil, Plus, Send, type LucideIcon } from 'lucide-react'
import { useEffect, useState } from 'react'

import { differencesOf, type Difference } from '../../audiences/differences.ts'
import { VersionDifferences } from '../../audiences/VersionDifferences.tsx'
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
import { NowComparison, RestorePreview } from './VersionPreviews.tsx'

interface VersionEntryProps {
  readonly shown: Shown<'audience'>
  readonly version: Version
  /** The one that it was made of; null: it is not kept, or there is none. */
  readonly version_before: number | null
  readonly is_current: boolean
}

/** One version: what was done by whom, the values before and after, and the way back to it. */
export function VersionEntry({ shown, version, version_before, is_current }: VersionEntryProps) {
  const { client, account } = useSession()
  const fieldsOf = useVersionFields(shown.id)
  const [differences, setDifferences] = useState<readonly Difference[] | string>()
  const [comparison, setComparison] = useState<readonly Difference[] | string>()
  const [restoration, setRestoration] = useState<Restoration | string>()
  const [fault, setFault] = useState<string>()
  const number = version.version
  useEffect(() => {
    if (!is_current || version_before === null) return
    let is_shown = true
    const load = async () => {
      const found = await differencesBetween(fieldsOf, version_before, number)
      if (is_shown) setDifferences(found)
    }
    void load()
    return () => void (is_shown = false)
  }, [is_current, version_before, number, fieldsOf])

  const onLook = async (before: number) => setDifferences(await differencesBetween(fieldsOf, before, number))
  const recordNow = () => client.get('audience', shown.id)?.record ?? shown.record
  const onCompare = async () => {
    const past = await fieldsOf(number)
    setComparison(typeof past === 'string' ? past : differencesOf(past, recordNow()))
  }
  const onPreview = async () => {
    const past = await fieldsOf(number)
    setComparison(undefined)
    setRestoration(typeof past === 'string' ? past : restorationOf(recordNow(), past))
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
      <VersionDifferences of={differences} />
      {restoration === undefined && comparison === undefined && (
        <div className={styles.buttons}>
          {differences === undefined && version_before !== null && !is_current && (
            <Button size="small" kind="quiet" onClick={() => void onLook(version_before)}>
              What changed
            </Button>
          )}
          {!is_current && (
            <>
              <Button size="small" kind="quiet" onClick={() => void onCompare()}>
                Compare with now
              </Button>
              <Button size="small" onClick={() => void onPreview()}>
                Preview restore
              </Button>
            </>
          )}
        </div>
      )}
      {comparison !== undefined && (
        <NowComparison
          number={number}
          of={comparison}
          onPreview={() => void onPreview()}
          onClose={() => setComparison(undefined)}
        />
      )}
      {restoration !== undefined && (
        <RestorePreview
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
  number_before: number,
  number: number,
): Promise<readonly Difference[] | string> {
  const [before, after] = await Promise.all([fieldsOf(number_before), fieldsOf(number)])
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
