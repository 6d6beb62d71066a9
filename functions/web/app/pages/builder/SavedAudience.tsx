import { CircleCheck, PencilLine } from 'lucide-react'
import { useEffect, useRef } from 'react'

import { countOf } from '../../format/numbers.ts'
import { UNKNOWN } from '../../format/words.ts'
import { Page } from '../../frame/Page.tsx'
import { Button, ButtonLink } from '../../parts/Button.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Strip } from '../../parts/Strip.tsx'
import { useRecord, useStatus } from '../../store/hooks.ts'
import { sizeOf } from '../../store/records.ts'
import { CRUMBS } from './crumbs.ts'
import styles from './SavedAudience.module.css'

/** The good news, where the audience is now, and the way to it. */
export function SavedAudience({ id, onEdit }: { readonly id: string; readonly onEdit: () => void }) {
  const { shown } = useRecord('audience', id)
  const { mode, is_online } = useStatus()
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  if (!shown) return null
  const { name, segments, status } = shown.record
  const is_draft = status === 'draft'
  const size = sizeOf(shown.record)
  const facts = [size === null ? UNKNOWN.size : countOf(size, 'record'), countOf(segments.length, 'segment')]
  const parts = segments.map((segment) => ({ name: segment.name ?? '', size: segment.size ?? 0 }))
  return (
    <Page title={name} crumbs={CRUMBS}>
      <div className={styles.saved}>
        <Icon of={is_draft ? PencilLine : CircleCheck} size={20} className={is_draft ? styles.draft : styles.done} />
        <h1 ref={heading} tabIndex={-1} className={styles.title} dir="auto">
          “{name}” {is_draft ? 'is saved as a draft' : 'is saved'}
        </h1>
        <p className={styles.words}>{whereInWords({ mode, is_online, is_draft, is_waiting: shown.waiting > 0 })}</p>
        <p className={styles.facts}>{facts.join(' · ')}</p>
        <div className={styles.strip}>
          <Strip parts={parts} />
        </div>
        <div className={styles.actions}>
          <ButtonLink kind="primary" to="/audience/$id" params={{ id }}>
            Open the audience
          </ButtonLink>
          {is_draft && <Button onClick={onEdit}>Go on with it</Button>}
          <ButtonLink to="/saved-audiences">All audiences</ButtonLink>
          <ButtonLink to="/new-audience" search={{}}>
            New audience
          </ButtonLink>
        </div>
      </div>
    </Page>
  )
}

interface Where {
  readonly mode: 'guest' | 'account'
  readonly is_online: boolean | undefined
  readonly is_waiting: boolean
  readonly is_draft: boolean
}

function whereInWords({ mode, is_online, is_waiting, is_draft }: Where): string {
  const next = is_draft ? ' Confirm its segments to make it active.' : ''
  if (mode === 'guest') return `It is on this device. Sign in to keep it and open it elsewhere.${next}`
  if (!is_waiting) return `It is in your account, and on each of your devices.${next}`
  if (is_online === false) return `It is on this device, and goes to your account when you are online again.${next}`
  return `It is on this device, and on its way to your account.${next}`
}
