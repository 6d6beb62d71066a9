import { Link } from '@tanstack/react-router'
import { KeyRound, TriangleAlert } from 'lucide-react'

import { clock } from '../../base/ports.ts'
import { momentWithin } from '../../format/dates.ts'
import { PLATFORMS } from '../../format/words.ts'
import { ButtonLink } from '../../parts/Button.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { Steps } from '../../parts/Steps.tsx'
import type { Distribution, Shown } from '../../store/records.ts'
import { CREDENTIAL_FORMS } from './credential-forms.ts'
import { KeysForm } from './KeysForm.tsx'
import { adviceOf, stoppedInWords } from './platform-facts.ts'
import styles from './TestFailure.module.css'

/** A test that failed: what happened, what to do, and the field to do it in. */
export function TestFailure({
  platform,
  sends,
  is_asking,
  onDone,
}: {
  readonly platform: Shown<'platform'>
  readonly sends: readonly Distribution[]
  /** Its keys are entered, whether or not other ones would help. */
  readonly is_asking: boolean
  readonly onDone: () => void
}) {
  const { record } = platform
  const stopped = sends.filter(({ status }) => status === 'failed').length
  const { title, asks_for_keys, steps } = adviceOf(record, stopped)
  const tested = record.last_test && `Tested ${momentWithin(record.last_test.at, clock.nowMs())}.`
  return (
    <Panel title={title} icon={asks_for_keys ? KeyRound : TriangleAlert} is_bad>
      <div className={styles.advice}>
        <p className={styles.context}>
          {[tested, record.last_test?.message].filter(Boolean).join(' ')}{' '}
          {stopped > 0 && (
            <Link to="/distributions" search={{ platform: platform.id, status: 'failed' }}>
              {stoppedInWords(stopped)}
            </Link>
          )}
        </p>
        <Steps steps={steps} />
        <div className={styles.help}>
          <ButtonLink kind="quiet" size="small" to="/help" hash="problems">
            Get help
          </ButtonLink>
        </div>
      </div>
      {(asks_for_keys || is_asking) && <KeysForm platform={platform} onDone={onDone} />}
    </Panel>
  )
}

/** The keys of a platform that are entered for the first time, or replaced. */
export function Keys({ platform, onDone }: { readonly platform: Shown<'platform'>; readonly onDone: () => void }) {
  const { record } = platform
  const { needs, where } = CREDENTIAL_FORMS[record.platform_type]
  return (
    <Panel title={record.credentials ? 'Replace the keys' : 'Enter the keys'} icon={KeyRound}>
      <div className={styles.advice}>
        <p className={styles.context}>
          {PLATFORMS[record.platform_type].words} needs {needs}.
        </p>
        <ol className={styles.steps}>
          <li>{where}</li>
          <li>Paste them here. They are tested immediately.</li>
        </ol>
      </div>
      <KeysForm platform={platform} onDone={onDone} />
    </Panel>
  )
}

function Panel({
  title,
  icon,
  is_bad = false,
  children,
}: {
  readonly title: string
  readonly icon: typeof KeyRound
  readonly is_bad?: boolean
  readonly children: React.ReactNode
}) {
  return (
    <section className={styles.panel} aria-label={title}>
      <h2 className={is_bad ? styles.bad_title : styles.title}>
        <Icon of={icon} />
        {title}
      </h2>
      <div className={styles.columns}>{children}</div>
    </section>
  )
}
