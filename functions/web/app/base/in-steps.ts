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
