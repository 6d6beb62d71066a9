import { CircleAlert, Sparkles } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { clock } from '../../../base/ports.ts'
import { Button } from '../../../parts/Button.tsx'
import { Icon } from '../../../parts/Icon.tsx'
import type { ServicePorts } from '../model/services.ts'
import { LeftOut } from './LeftOut.tsx'
import styles from './panels.module.css'

/** How asking a service ended, in words. */
export interface Asked {
  readonly is_good: boolean
  readonly words: string
  readonly left_out?: readonly string[]
}

/** Asks a service of the customer. Nothing that was typed is lost, however it answers. */
export function ServicePanel({
  lead,
  button,
  busy_words,
  onAsk,
}: {
  readonly lead: string
  readonly button: string
  readonly busy_words: string
  readonly onAsk: (ports: ServicePorts) => Promise<Asked>
}) {
  const [asked, setAsked] = useState<Asked>()
  const [is_asking, setAsking] = useState(false)
  const asking = useRef<AbortController>(undefined)
  useEffect(() => () => asking.current?.abort(), [])
  const ask = async () => {
    const ended = new AbortController()
    asking.current = ended
    setAsking(true)
    setAsked(undefined)
    const outcome = await onAsk({ fetch: (...request) => fetch(...request), clock, signal: ended.signal })
    if (ended.signal.aborted) return
    setAsking(false)
    setAsked(outcome)
  }
  return (
    <div className={styles.panel}>
      <p className={styles.lead}>{lead}</p>
      <div className={styles.deeds}>
        <Button icon={Sparkles} is_busy={is_asking} busy_words={busy_words} onClick={() => void ask()}>
          {button}
        </Button>
        {is_asking && (
          <Button
            kind="quiet"
            onClick={() => {
              asking.current?.abort()
              setAsking(false)
            }}
          >
            Stop
          </Button>
        )}
        <p role="status" className={asked && !asked.is_good ? styles.failed : styles.done}>
          {asked && !asked.is_good && <Icon of={CircleAlert} size={14} />}
          {asked?.words}
        </p>
      </div>
      {asked?.left_out && <LeftOut reasons={asked.left_out} />}
    </div>
  )
}
