/** What may be under way simultaneously. */
export interface Room {
  readonly count_max: number
  /** Of all together; one may have more by itself. */
  readonly bytes_max: number
}

/**
 * Carries out the work for each item, some of them simultaneously, begun in their order.
 * @throws the first failure, when all that was under way has ended; nothing is begun after it
 */
export async function sideBySide<T extends { readonly bytes: number }>(
  items: readonly T[],
  { count_max, bytes_max }: Room,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  const failures: unknown[] = []
  let running_bytes = 0
  for (const item of items) {
    const { bytes } = item
    while (running.size >= count_max || (running.size > 0 && running_bytes + bytes > bytes_max)) {
      await Promise.race(running)
    }
    if (failures.length > 0) break
    running_bytes += bytes
    const one = work(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        running_bytes -= bytes
        running.delete(one)
      })
    running.add(one)
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
}
