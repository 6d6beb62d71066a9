import { useNavigate, useSearch } from '@tanstack/react-router'
import { type RefObject, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'

import { ChangeFault } from '../../actions/ChangeFault.tsx'
import { useCell } from '../../base/cell.ts'
import { Page } from '../../frame/Page.tsx'
import { toast } from '../../parts/toasts.ts'
import { useClient } from '../../store/hooks.ts'
import styles from './Builder.module.css'
import { CRUMBS } from './crumbs.ts'
import { BuilderDock } from './BuilderDock.tsx'
import { DraftNotices } from './DraftNotices.tsx'
import { faultsOf, unconfirmedReason } from './model/checks.ts'
import { type BuilderDraft, nameOf } from './model/draft.ts'
import type { DraftKeeper } from './model/keeper.ts'
import { saveDraft, type SaveOutcome } from './model/save.ts'
import { type StepId, stepOf } from './model/steps.ts'
import { withConfirmedSuggestions } from './model/suggestions.ts'
import { Stepper } from './Stepper.tsx'
import { DataTypeStep } from './steps/DataTypeStep.tsx'
import { DescribeStep } from './steps/DescribeStep.tsx'
import { NamingStep } from './steps/NamingStep.tsx'
import { SegmentsStep } from './steps/SegmentsStep.tsx'
import type { StepProps } from './steps/step-props.ts'
import { VariablesStep } from './steps/VariablesStep.tsx'
import { Summary } from './Summary.tsx'

type Refusal = Extract<SaveOutcome, { ok: false }>

interface EditorProps {
  readonly id: string
  readonly keeper: DraftKeeper
  readonly onSaved: () => void
}

/** The five steps, what they make, and the dock under them. */
export function Editor({ id, keeper, onSaved }: EditorProps) {
  const client = useClient()
  const { step: step_id } = useSearch({ from: '/new-audience' })
  const step = stepOf(step_id)
  const state = useCell(keeper.state)
  const { draft } = state
  // Typing does not wait for the summary.
  const summed_draft = useDeferredValue(draft)
  const goTo = useStepNavigation(id)
  const faults = useFaults(draft)
  const [refusal, setRefusal] = useState<Refusal>()
  const [is_saving, setSaving] = useState(false)
  const [unconfirmed_reason, setReason] = useState<string>()

  const content = useHeadingFocus(step.id)
  // Once the draft is closed there is nothing that an Undo of its segments could change.
  useEffect(() => () => toast.set(undefined), [])

  const change = useCallback<StepProps['change']>(
    (edit) => {
      setRefusal(undefined)
      setReason(undefined)
      keeper.change(edit)
    },
    [keeper],
  )

  const showFirstFault = (): boolean => {
    const [first] = faultsOf(draft)
    if (!first) return false
    faults.showAll()
    goTo(first.step, first.field)
    return true
  }

  const onConfirm = () => {
    const reason = unconfirmedReason(draft)
    setReason(reason?.words)
    const fault = faultsOf(draft).find((one) => one.step === 'segments')
    if (reason || fault) {
      faults.showAll()
      return goTo(reason?.step ?? 'segments', reason ? undefined : fault?.field)
    }
    change((before) => ({ ...before, is_confirmed: true }))
  }

  const onSave = async () => {
    if (is_saving || showFirstFault()) return
    setSaving(true)
    const outcome = await saveDraft(client, id, draft)
    setSaving(false)
    if (outcome.ok) {
      await keeper.remove()
      return onSaved()
    }
    setRefusal(outcome)
    if (outcome.step) goTo(outcome.step)
  }

  const props: StepProps = { draft, change, faultOf: faults.of, onLeave: faults.leave }
  return (
    <>
      <Page title={nameOf(draft) || 'New audience'} crumbs={CRUMBS}>
        <ChangeFault />
        <Stepper id={id} draft={draft} step={step} />
        <DraftNotices keeper={keeper} id={id} refusal={refusal?.words} />
        <div className={styles.columns}>
          <div ref={content} className={styles.step}>
            <StepContent id={step.id} props={props} />
          </div>
          <Summary draft={summed_draft} />
        </div>
      </Page>
      <BuilderDock
        id={id}
        step={step}
        state={state}
        is_saving={is_saving}
        reason={unconfirmed_reason}
        onConfirm={onConfirm}
        onConfirmSuggestions={() => change(withConfirmedSuggestions)}
        onSave={() => void onSave()}
      />
    </>
  )
}

function StepContent({ id, props }: { readonly id: StepId; readonly props: StepProps }) {
  switch (id) {
    case 'describe':
      return <DescribeStep {...props} />
    case 'data-type':
      return <DataTypeStep {...props} />
    case 'variables':
      return <VariablesStep {...props} />
    case 'segments':
      return <SegmentsStep {...props} />
    case 'naming':
      return <NamingStep {...props} />
  }
}

/** Goes to a step, and to the field that is to be mended there. */
function useStepNavigation(id: string): (step: StepId, field?: string) => void {
  const navigate = useNavigate()
  const [wanted, setWanted] = useState<{ readonly field: string }>()
  useEffect(() => {
    if (wanted) document.getElementsByName(wanted.field)[0]?.focus()
  }, [wanted])
  return (step, field) => {
    void navigate({ to: '/new-audience', search: { draft: id, step } }).then(() => {
      if (field !== undefined) setWanted({ field })
    })
  }
}

/** Reading goes on at the head of the next step. A field that is to be mended comes first. */
function useHeadingFocus(step: StepId): RefObject<HTMLDivElement | null> {
  const content = useRef<HTMLDivElement>(null)
  const last = useRef(step)
  useEffect(() => {
    if (last.current === step) return
    last.current = step
    content.current?.querySelector('h1')?.focus()
  }, [step])
  return content
}

/** Faults show at fields that were left, and at all fields once the user has tried to go on. */
function useFaults(draft: BuilderDraft) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const [is_all, setAll] = useState(false)
  // With the same faults it stays the same: what has none is not drawn again with each key.
  const told = JSON.stringify(faultsOf(draft).map(({ field, words: of_field }) => [field, of_field]))
  const words = useMemo(() => new Map(JSON.parse(told) as [string, string][]), [told])
  const of = useCallback(
    (field: string): string | undefined => (is_all || left.has(field) ? words.get(field) : undefined),
    [words, is_all, left],
  )
  const leave = useCallback(
    (field: string) => setLeft((before) => (before.has(field) ? before : new Set([...before, field]))),
    [],
  )
  return {
    of,
    leave,
    showAll: () => setAll(true),
  }
}
