import { Link } from '@tanstack/react-router'
import { ArrowLeft, ArrowRight, Check, CircleAlert, Save } from 'lucide-react'

import { timeOf } from '../../format/dates.ts'
import { countOf } from '../../format/numbers.ts'
import { Button, ButtonLink } from '../../parts/Button.tsx'
import { Dock } from '../../parts/Dock.tsx'
import { Icon } from '../../parts/Icon.tsx'
import styles from './BuilderDock.module.css'
import type { KeptDraft } from './model/keeper.ts'
import { type Step, stepAfter, stepBefore } from './model/steps.ts'
import { keptSuggestions } from './model/suggestions.ts'

interface BuilderDockProps {
  readonly id: string
  readonly step: Step
  readonly state: KeptDraft
  readonly is_saving: boolean
  /** Why the segments were not confirmed. */
  readonly reason: string | undefined
  readonly onConfirm: () => void
  readonly onConfirmSuggestions: () => void
  readonly onSave: () => void
}

/** The way back, where the draft is, and the two deeds. Their places never change. */
export function BuilderDock(props: BuilderDockProps) {
  const { id, step, state, is_saving, reason, onSave } = props
  const before = stepBefore(step)
  const { is_confirmed } = state.draft
  return (
    <Dock label="This draft">
      <div className={styles.back}>
        {before && (
          <ButtonLink kind="quiet" icon={ArrowLeft} to="/new-audience" search={{ draft: id, step: before.id }}>
            <span>
              Back<span className={styles.wide}> to {before.words.toLowerCase()}</span>
            </span>
          </ButtonLink>
        )}
        <p role="status" className={styles.kept}>
          {keptInWords(state)}
        </p>
      </div>
      <div className={styles.deeds}>
        <DockHint {...{ id, step, is_confirmed, reason }} />
        <DockDeed {...props} />
        <Button
          kind={is_confirmed ? 'primary' : 'plain'}
          icon={Save}
          is_busy={is_saving}
          busy_words="Saving…"
          onClick={onSave}
        >
          Save audience
        </Button>
      </div>
    </Dock>
  )
}

type DeedProps = Pick<BuilderDockProps, 'id' | 'step' | 'state' | 'onConfirm' | 'onConfirmSuggestions'>

/** Before the segments it is the next step, or the confirmation of what was suggested; from there on that of the segments. */
function DockDeed({ id, step, state: { draft }, onConfirm, onConfirmSuggestions }: DeedProps) {
  const { is_confirmed, suggestions } = draft
  const after = stepAfter(step)
  if (step.id === 'variables' && suggestions.length > 0) {
    const kept = keptSuggestions(draft).length
    return (
      <Button kind={is_confirmed ? 'plain' : 'primary'} icon={Check} onClick={onConfirmSuggestions}>
        {kept === 0 ? 'Go on without them' : `Confirm ${countOf(kept, 'variable')}`}
      </Button>
    )
  }
  if (after && step.id !== 'segments') {
    return (
      <ButtonLink
        kind={is_confirmed ? 'plain' : 'primary'}
        icon={ArrowRight}
        to="/new-audience"
        search={{ draft: id, step: after.id }}
      >
        Continue
      </ButtonLink>
    )
  }
  if (is_confirmed) {
    return (
      <span className={styles.confirmed}>
        Segments confirmed
        <Icon of={Check} label="done" />
      </span>
    )
  }
  return (
    <Button kind="primary" icon={Check} onClick={onConfirm}>
      Confirm segments
    </Button>
  )
}

type HintProps = Pick<BuilderDockProps, 'id' | 'step' | 'reason'> & { readonly is_confirmed: boolean }

function DockHint({ id, step, is_confirmed, reason }: HintProps) {
  if (reason !== undefined) {
    return (
      <p role="alert" className={styles.reason}>
        <Icon of={CircleAlert} size={14} />
        {reason}
      </p>
    )
  }
  if (is_confirmed && step.id === 'segments') {
    return (
      <Link to="/new-audience" search={{ draft: id, step: 'naming' }} className={styles.hint}>
        Next: campaign and tags
      </Link>
    )
  }
  return is_confirmed ? null : <p className={styles.hint}>Save keeps it as a draft until you confirm.</p>
}

function keptInWords({ kept_at, failure }: KeptDraft): string {
  if (failure !== null) return 'This draft is not kept'
  return kept_at === null ? 'Your draft is kept as you type' : `Draft kept on this device, ${timeOf(kept_at)}`
}
