import type { BuilderDraft } from '../model/draft.ts'

/** What each step of the builder works on. */
export interface StepProps {
  readonly draft: BuilderDraft
  readonly change: (edit: (draft: BuilderDraft) => BuilderDraft) => void
  /** What is wrong with a field, in words, once it is time to say so. */
  readonly faultOf: (field: string) => string | undefined
  /** The focus has left a field. */
  readonly onLeave: (field: string) => void
}
