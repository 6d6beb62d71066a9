import { createLink } from '@tanstack/react-router'
import { Check } from 'lucide-react'
import type { ComponentProps } from 'react'

import { classes } from '../../parts/classes.ts'
import { Icon } from '../../parts/Icon.tsx'
import type { BuilderDraft } from './model/draft.ts'
import { STEPS, type Step, type StepId } from './model/steps.ts'
import styles from './Stepper.module.css'

interface StepAnchorProps extends ComponentProps<'a'> {
  readonly is_here: boolean
}

interface StepperProps {
  readonly id: string
  readonly draft: BuilderDraft
  readonly step: Step
}

/** The router says of a link to where one is that it is the page; among steps it is the step. */
const StepLink = createLink(function StepAnchor({ is_here, children, ...props }: StepAnchorProps) {
  return (
    <a {...props} aria-current={is_here ? 'step' : undefined}>
      {children}
    </a>
  )
})

/** Where one is. Each step is a link, and one that has its answer shows a tick. */
export function Stepper({ id, draft, step }: StepperProps) {
  return (
    <nav aria-label="Steps">
      <ol className={styles.steps}>
        {STEPS.map((one, at) => {
          const is_here = one.id === step.id
          const is_done = !is_here && isDone(draft, one.id)
          return (
            <li key={one.id} className={styles.step} data-here={is_here || undefined}>
              <StepLink
                to="/new-audience"
                search={{ draft: id, step: one.id }}
                className={styles.link}
                is_here={is_here}
              >
                <span className={classes(styles.mark, is_here && styles.here, is_done && styles.done)}>
                  {is_done ? <Icon of={Check} size={14} /> : at + 1}
                </span>
                <span className={styles.words}>{one.words}</span>
                {is_done && <span className="unseen">, done</span>}
              </StepLink>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

function isDone(
  { words, data_type, variables, suggestions, is_confirmed, name, campaign, tags }: BuilderDraft,
  id: StepId,
): boolean {
  switch (id) {
    case 'describe':
      return words.trim() !== ''
    case 'data-type':
      return data_type !== null
    case 'variables':
      return variables.length > 0 && suggestions.length === 0
    case 'segments':
      return is_confirmed
    case 'naming':
      return name.trim() !== '' || campaign.trim() !== '' || tags.length > 0
  }
}
