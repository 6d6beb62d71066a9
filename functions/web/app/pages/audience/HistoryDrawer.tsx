import { Eraser, History } from 'lucide-react'
import { useMemo, useState } from 'react'

import { countOf } from '../../format/numbers.ts'
import { Button } from '../../parts/Button.tsx'
import { Drawer } from '../../parts/Drawer.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { Spinner } from '../../parts/Spinner.tsx'
import { Timeline } from '../../parts/Timeline.tsx'
import { useSession } from '../../session/use-session.ts'
import type { Shown } from '../../store/records.ts'
import { handedOverOf, type HandedOver } from './handed-over.ts'
import { ForgetDialog } from './ForgetDialog.tsx'
import styles from './HistoryDrawer.module.css'
import { HandOverEntry, VersionEntry } from './HistoryEntries.tsx'
import { versionsBefore, type Version } from './history.ts'
import { useVersions, type VersionList } from './use-versions.ts'

/** Who changed the audience, when, and what; each version can be looked at, and brought back as a new one. */
export function HistoryDrawer({
  shown,
  distributions,
  onClose,
}: {
  readonly shown: Shown<'audience'>
  readonly distributions: readonly Shown<'distribution'>[]
  readonly onClose: () => void
}) {
  const { account } = useSession()
  if (!account) {
    return (
      <Drawer title="History" onClose={onClose}>
        <div className={styles.empty}>
          <EmptyState icon={History} title="History begins with an account">
            A guest’s audiences are on this device only, and each change replaces the one before. Sign in, and every
            version is kept.
          </EmptyState>
        </div>
      </Drawer>
    )
  }
  if (shown.record.version === 0) {
    return (
      <Drawer title="History" onClose={onClose}>
        <div className={styles.empty}>
          <EmptyState icon={History} title="No history yet">
            This audience was made on this device, and waits to be sent. Its history begins then.
          </EmptyState>
        </div>
      </Drawer>
    )
  }
  return <AccountHistory shown={shown} distributions={distributions} onClose={onClose} />
}

function AccountHistory({ shown, distributions, onClose }: Parameters<typeof HistoryDrawer>[0]) {
  const [versions, loadMore, reload] = useVersions(shown.id, shown.record.version)
  const [is_forgetting, setForgetting] = useState(false)
  const is_loaded = versions.state === 'loaded'
  return (
    <Drawer
      title="History"
      count={is_loaded ? countOf(shown.record.version, 'version') : undefined}
      onClose={onClose}
      foot={
        <>
          <span className={styles.foot}>Restoring makes a new version; nothing is lost.</span>
          {is_loaded && versions.next_cursor !== null && (
            <Button kind="quiet" size="small" onClick={() => void loadMore()}>
              Older
            </Button>
          )}
        </>
      }
    >
      {shown.waiting > 0 && (
        <p className={styles.waiting}>
          {countOf(shown.waiting, 'change', 'changes')} of this device {shown.waiting === 1 ? 'waits' : 'wait'} to be
          sent, and {shown.waiting === 1 ? 'is' : 'are'} not in it yet.
        </p>
      )}
      {versions.state === 'loading' && (
        <p className={styles.loading} role="status">
          <Spinner /> Asking the service
        </p>
      )}
      {versions.state === 'failed' && (
        <div className={styles.empty}>
          <EmptyState
            icon={History}
            title={versions.is_offline ? 'History needs a connection' : 'The history could not be loaded'}
            action={<Button onClick={() => void loadMore()}>Try again</Button>}
          >
            {versions.is_offline
              ? 'Earlier versions are with the service. Your changes are kept here.'
              : versions.reason}
          </EmptyState>
        </div>
      )}
      {is_loaded && <Entries shown={shown} distributions={distributions} list={versions} />}
      {is_loaded && versions.versions.length > 1 && (
        <p className={styles.waiting}>
          <Button kind="quiet" size="small" icon={Eraser} onClick={() => setForgetting(true)}>
            Forget the past
          </Button>
        </p>
      )}
      {is_forgetting && (
        <ForgetDialog shown={shown} onClose={() => setForgetting(false)} onForgotten={() => void reload()} />
      )}
    </Drawer>
  )
}

type Entry =
  | { readonly kind: 'version'; readonly at: string; readonly version: Version; readonly before: number | null }
  | { readonly kind: 'hand-over'; readonly at: string; readonly hand_over: HandedOver }

function Entries({
  shown,
  distributions,
  list,
}: {
  readonly shown: Shown<'audience'>
  readonly distributions: readonly Shown<'distribution'>[]
  readonly list: VersionList
}) {
  const { versions, kept_since_version, has_gap, next_cursor } = list
  const entries = useMemo((): readonly Entry[] => {
    const oldest = next_cursor === null ? '' : (versions.at(-1)?.at ?? '')
    const before = versionsBefore(versions, { kept_since_version, has_more: next_cursor !== null })
    return [
      ...versions.map((version, at): Entry => ({
        kind: 'version',
        at: version.at,
        version,
        before: before[at] ?? null,
      })),
      ...handedOverOf(distributions)
        .filter(({ at }) => at >= oldest)
        .map((hand_over): Entry => ({ kind: 'hand-over', at: hand_over.at, hand_over })),
    ].toSorted((one, other) => (one.at < other.at ? 1 : -1))
  }, [versions, distributions, kept_since_version, next_cursor])
  return (
    <>
      <Timeline className={styles.timeline}>
        {entries.map((entry) =>
          entry.kind === 'version' ? (
            <VersionEntry
              key={`version ${entry.version.version}`}
              shown={shown}
              version={entry.version}
              version_before={entry.before}
              is_current={entry.version.version === versions[0]?.version}
            />
          ) : (
            <HandOverEntry key={entry.hand_over.id} hand_over={entry.hand_over} />
          ),
        )}
      </Timeline>
      {next_cursor === null && (kept_since_version > 1 || has_gap) && (
        <p className={styles.waiting}>
          {has_gap ? 'What was before that is not kept.' : `Versions before ${kept_since_version} are no longer kept.`}
        </p>
      )}
    </>
  )
}
