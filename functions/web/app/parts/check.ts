/** What was looked at before a deed, and what came of it. */
export interface Check {
  readonly id: string
  /** `refused`: it cannot be done. `warning`: it can, and you may not want it. `same`: nothing happens. */
  readonly outcome: 'fine' | 'same' | 'warning' | 'refused'
  readonly words: string
}
