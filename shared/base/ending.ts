import { Problem } from './problem.ts'

/**
 * The end of a process, as those see it who still wait for an answer. Cloud Run sends SIGTERM and ten seconds later
 * SIGKILL; the server aborts one signal shortly before that, and every layer answers what it knows.
 */

/** Who waits for each signal's abort. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `end` when `ending`, which has not aborted, aborts. Each request under way waits for that, and a signal goes
 * through all its listeners whenever one comes or leaves: so it has one, which calls the others.
 * @returns stops waiting
 */
export function onEnding(ending: AbortSignal, end: () => void): () => void {
  const known = waiting.get(ending) ?? listenTo(ending)
  known.add(end)
  return () => known.delete(end)
}

function listenTo(ending: AbortSignal): Set<() => void> {
  const ends = new Set<() => void>()
  waiting.set(ending, ends)
  ending.addEventListener(
    'abort',
    () => {
      for (const end of ends) end()
    },
    { once: true },
  )
  return ends
}

/**
 * The outcome of `work`, or an error as soon as `ending` aborts: the process is about to end, and its callers are
 * answered before it does.
 * @param late makes that error; `undefined` when the work will answer by itself
 */
export async function untilEnding<T>(
  ending: AbortSignal | undefined,
  work: () => Promise<T>,
  late: () => Error | undefined | Promise<Error | undefined>,
): Promise<T> {
  if (ending === undefined) return await work()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const end = (): void => {
    void Promise.resolve(late()).then((error) => {
      if (error !== undefined) reject(error)
    }, reject)
  }
  const stop = ending.aborted ? undefined : onEnding(ending, end)
  if (ending.aborted) end()
  try {
    return await Promise.race([work(), ended])
  } finally {
    stop?.()
  }
}

/**
 * The answer to a request that the process can finish no more.
 * @param may_have_changed_something whether what it asked for may have been done, or may still be
 */
export function processEnding(may_have_changed_something = false): Problem {
  const detail = may_have_changed_something
    ? 'The service is restarting and could not finish the request. It may or may not have changed something.'
    : 'The service is restarting. Nothing was changed; repeat the request.'
  return new Problem('unavailable', detail, {
    retry_after_ms: 1_000,
    members: may_have_changed_something ? { outcome: 'unknown' } : {},
  })
}
