import type { Clock } from '#shared/base/clock.ts'

/** Work of this length delays no click that anybody would notice. */
const STEP_MS = 30

/**
 * Does all of a work that comes in pieces, and lets the page answer in between.
 * @param step_ms of work without a pause @returns the pieces, and what the work came to @throws the signal's reason, when it has aborted
 */
export async function inSteps<Piece, Result>(
  work: Iterator<Piece, Result>,
  clock: Clock,
  signal?: AbortSignal,
  step_ms = STEP_MS,
): Promise<{ readonly pieces: readonly Piece[]; readonly result: Result }> {
  const pieces: Piece[] = []
  let begun_ms = clock.monotonicMs()
  for (;;) {
    signal?.throwIfAborted()
    const next = work.next()
    if (next.done) return { pieces, result: next.value }
    pieces.push(next.value)
    if (clock.monotonicMs() - begun_ms < step_ms) continue
    await clock.turn()
    begun_ms = clock.monotonicMs()
  }
}

/** A moment in which the page has nothing else to do. */
export interface IdleMoment {
  /** Milliseconds. */
  timeRemaining(): number
}

/** Less is no time to begin something in. */
const REMAINING_MS_MIN = 1

/**
 * Does a work that comes in pieces and nobody waits for, until all is done or the signal aborts: in moments in which the page has
 * nothing else to do, and in steps between which the page answers.
 */
export async function inIdleMoments(
  work: Iterator<unknown>,
  { clock, nextIdle, step_ms, signal }: IdleOptions,
): Promise<void> {
  while (!signal.aborted) {
    const moment = await nextIdle()
    while (!signal.aborted && moment.timeRemaining() > REMAINING_MS_MIN) {
      const end_ms = clock.monotonicMs() + Math.min(step_ms, moment.timeRemaining())
      do {
        if (work.next().done) return
      } while (clock.monotonicMs() < end_ms)
      await clock.turn()
    }
  }
}

export interface IdleOptions {
  readonly clock: Clock
  readonly nextIdle: () => Promise<IdleMoment>
  /** Of work without a pause. */
  readonly step_ms: number
  readonly signal: AbortSignal
}
