import type { StorageFacts } from '../ports.ts'

/** What StorageManager says; only secure pages have it, and a private window may refuse. */
export function storageManagerFacts(): StorageFacts {
  const manager: StorageManager | undefined = navigator.storage
  return {
    persist: () => answerOf(async () => await manager?.persist()),
    isPersisted: () => answerOf(async () => await manager?.persisted()),
    estimate: () =>
      answerOf(async () => {
        const { usage, quota } = (await manager?.estimate()) ?? {}
        return usage === undefined || quota === undefined ? undefined : { used_bytes: usage, quota_bytes: quota }
      }),
  }
}

/** A refusal says nothing. */
async function answerOf<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await ask()
  } catch {
    return undefined
  }
}
