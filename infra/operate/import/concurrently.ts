/**
 * Runs `work` on all items, at most `count` simultaneously. After a failure no further item is started; those that are
 * started are awaited, and then the first failure is thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  count: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const failures: unknown[] = []
  const runWorker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      try {
        await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: count }, runWorker))
  if (failures.length > 0) throw failures[0]
}
