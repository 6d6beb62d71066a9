import { useCallback, useState } from 'react'

import { countOf } from '../../../format/numbers.ts'
import { Segmented, type SegmentedChoice } from '../../../parts/Segmented.tsx'
import { useSession } from '../../../session/use-session.ts'
import { ENTRIES_MAX } from '../model/checks.ts'
import type { DraftVariable } from '../model/draft.ts'
import { type ServicePorts, suggestedVariables } from '../model/services.ts'
import { withSuggestions } from '../model/suggestions.ts'
import { newAmong } from '../model/variables.ts'
import { ChosenVariables } from './ChosenVariables.tsx'
import { PastePanel } from './PastePanel.tsx'
import { type Asked, ServicePanel } from './ServicePanel.tsx'
import { StepHead } from './StepHead.tsx'
import { SuggestedVariables } from './SuggestedVariables.tsx'
import type { StepProps } from './step-props.ts'
import { VariableList } from './VariableList.tsx'

type Source = 'suggested' | 'list' | 'paste'

const SUGGESTED: SegmentedChoice<Source> = { value: 'suggested', words: 'Suggested' }
const OTHERS: readonly SegmentedChoice<Source>[] = [
  { value: 'list', words: 'Pick from a list' },
  { value: 'paste', words: 'Paste' },
]

/** What tells the people apart: suggested by a service, picked from a list, or pasted. */
export function VariablesStep(props: StepProps) {
  const { draft, change } = props
  const { suggestion_url } = useSession().config
  const [source, setSource] = useState<Source>(suggestion_url === undefined ? 'list' : 'suggested')
  const add = (found: readonly DraftVariable[]) =>
    change((before) => {
      const added = newAmong(found, before.variables)
      return { ...before, variables: [...before.variables, ...added].slice(0, ENTRIES_MAX) }
    })
  const remove = useCallback(
    (code: string) =>
      change((before) => ({ ...before, variables: before.variables.filter((one) => one.code !== code) })),
    [change],
  )

  const ask = async (url: string, ports: ServicePorts): Promise<Asked> => {
    if (draft.words.trim() === '') return { is_good: false, words: 'Describe your audience first: it is what we send.' }
    const outcome = await suggestedVariables(url, draft, ports)
    if (!outcome.ok) return { is_good: false, words: `${outcome.words} Try again, pick from the list, or paste.` }
    const { variables, left_out } = outcome.found
    const count = newAmong(variables, draft.variables).length
    if (!ports.signal.aborted) change((before) => withSuggestions(before, variables))
    return { is_good: true, words: suggestedInWords(count, variables.length - count), left_out }
  }

  return (
    <>
      <StepHead step="variables">
        <Segmented
          label="Where variables come from"
          choices={suggestion_url === undefined ? OTHERS : [SUGGESTED, ...OTHERS]}
          value={source}
          onValue={setSource}
        />
      </StepHead>
      {source === 'suggested' && suggestion_url !== undefined && (
        <ServicePanel
          lead="We send your description and the data type, and nothing else."
          button="Suggest variables"
          busy_words="Asking…"
          onAsk={(ports) => ask(suggestion_url, ports)}
        />
      )}
      {source === 'list' && (
        <VariableList chosen={draft.variables} onAdd={(variable) => add([variable])} onRemove={remove} />
      )}
      {source === 'paste' && <PastePanel chosen={draft.variables} onAdd={add} />}
      {draft.suggestions.length > 0 && <SuggestedVariables draft={draft} change={change} />}
      <ChosenVariables {...props} onRemove={remove} />
    </>
  )
}

function suggestedInWords(count: number, known: number): string {
  if (count === 0) return 'Everything that was suggested is chosen already.'
  const others = known === 0 ? '' : ` ${countOf(known, 'is', 'are')} chosen already.`
  return `${countOf(count, 'variable')} suggested.${others}`
}
