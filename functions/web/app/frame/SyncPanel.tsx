import { Download, History, LogIn, MonitorCheck, RefreshCw } from 'lucide-react'
import { useEffect, useState } from 'react'

import { ports } from '../base/ports.ts'
import { bytesOf, countOf } from '../format/numbers.ts'
import { syncSentenceOf } from '../format/sync-sentence.ts'
import { Button } from '../parts/Button.tsx'
import { Drawer } from '../parts/Drawer.tsx'
import { Icon } from '../parts/Icon.tsx'
import { SignInWays } from '../session/SignInWays.tsx'
import { useSession } from '../session/use-session.ts'
import { useAside, useStatus } from '../store/hooks.ts'
import { AsideChange } from './AsideChange.tsx'
import { downloadData } from './download-data.ts'
import { askToGoBack, sync_panel_open } from './layers.ts'
import { SyncLog } from './SyncLog.tsx'
import styles from './SyncPanel.module.css'
import { WaitingRecords } from './WaitingRecords.tsx'

/** What the sync words stand for: what needs a choice, what waits, and what happened. */
export function SyncPanel() {
  const { client, account } = useSession()
  const status = useStatus()
  const aside = useAside()
  const [is_asking, setAsking] = useState(false)
  const onSync = async () => {
    setAsking(true)
    await client.syncNow().catch(() => undefined)
    setAsking(false)
  }
  return (
    <Drawer
      title="Sync"
      width="wide"
      onClose={() => sync_panel_open.set(false)}
      foot={<Foot is_whole={status.mode === 'guest' || status.synced_at !== null} />}
    >
      <section className={styles.part}>
        <p className={styles.sentence}>{syncSentenceOf(status)}</p>
        <div className={styles.actions}>
          {account && !status.needs_sign_in && (
            <Button
              icon={RefreshCw}
              size="small"
              is_busy={is_asking || status.is_syncing}
              onClick={() => void onSync()}
            >
              {status.is_stuck || status.is_online === false ? 'Try again now' : 'Sync now'}
            </Button>
          )}
          <Button kind="quiet" size="small" icon={Download} onClick={() => void downloadData()}>
            Download my data
          </Button>
          {account && !status.needs_sign_in && (
            <Button kind="quiet" size="small" icon={History} onClick={askToGoBack}>
              Back to an earlier moment
            </Button>
          )}
        </div>
        {status.mode === 'account' && status.needs_sign_in && (
          <div className={styles.sign_in}>
            <Icon of={LogIn} />
            <p>The sign-in has ended. What you do stays on this device, and is sent when you have signed in.</p>
            <SignInWays />
          </div>
        )}
      </section>
      {aside.length > 0 && (
        <section className={styles.part}>
          <h3 className={styles.title}>{countOf(aside.length, 'change needs', 'changes need')} you</h3>
          {aside.map((entry) => (
            <AsideChange key={entry.seq} entry={entry} />
          ))}
        </section>
      )}
      <WaitingRecords />
      <SyncLog />
    </Drawer>
  )
}

/** @param is_whole this device has had everything once */
function Foot({ is_whole }: { readonly is_whole: boolean }) {
  const used_bytes = useUsedBytes()
  return (
    <span className={styles.foot}>
      <Icon of={MonitorCheck} />
      {is_whole ? 'Everything is on this device' : 'What has come so far is on this device'}
      {used_bytes === undefined ? '.' : `, ${bytesOf(used_bytes)}.`}
    </span>
  )
}

function useUsedBytes(): number | undefined {
  const [used_bytes, setUsed] = useState<number>()
  useEffect(() => {
    let is_shown = true
    void ports.storage_facts.estimate().then((estimate) => {
      if (is_shown) setUsed(estimate?.used_bytes)
    })
    return () => void (is_shown = false)
  }, [])
  return used_bytes
}
