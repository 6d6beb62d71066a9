/** A history that broke an invariant. */
export class WrongHistory extends Error {
  readonly history: ToldHistory

  constructor(history: ToldHistory, cause: Error) {
    super(`history ${history.seed} is wrong: ${cause.message}`, { cause })
    this.history = history
  }
}

interface ToldHistory {
  readonly seed: number
  /** What happened when, in words. */
  readonly story: readonly string[]
}
