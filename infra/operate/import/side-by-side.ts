/**
 * Works on all items, some at a time. After a failure nothing new begins; what has begun comes to its end, and the first
 * failure is thrown.
 */
export async function sideBySide<T>(
  items: Iterable<T>,
  count: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  const failures: unknown[] = []
  const takeTurns = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      try {
        await work(item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: count }, takeTurns))
  if (failures.length > 0) throw failures[0]
}
