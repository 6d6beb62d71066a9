import { ButtonLink } from '../../parts/Button.tsx'
import { WhatToDo } from '../../parts/WhatToDo.tsx'
import { useRecord } from '../../store/hooks.ts'
import { answerInWords, codeOf, failureOf } from './failures.ts'
import type { Send } from './sends.ts'

/** Of a send that failed, or was not started: what it means, the answer in its own words, and what to do. */
export function FailureAdvice({ send: { platform_name, shown } }: { readonly send: Send }) {
  const { record } = shown
  const platform = useRecord('platform', record.platform_id).shown
  const failure = failureOf(record, platform_name, platform && !platform.is_deleted ? platform.record : undefined)
  if (!failure) return null
  const { title, sentence, steps, is_of_platform } = failure
  const answer =
    record.status === 'failed' ? (answerInWords(record.error_message, codeOf(record)) ?? 'No reason was given.') : ''
  return (
    <WhatToDo
      title={title}
      steps={steps}
      actions={
        is_of_platform && (
          <ButtonLink to="/platforms" size="small">
            To the platforms
          </ButtonLink>
        )
      }
    >
      <p>
        {sentence} {answer}
      </p>
    </WhatToDo>
  )
}
