/**
 * A disk that is full. The kernel says so after it has written a part (ENOSPC; EDQUOT for a quota, EFBIG for a limit of
 * the process), and so does the fault that simulates it. The writer removes that part: no reader may see any of it.
 */

/** How much the disk still takes, as the faults have it. */
export interface DiskSpace {
  /** Uses up room for so many bytes; returns how many of them fit. */
  take(bytes: number): number
}

/**
 * Writes bytes as far as there is room, as the kernel does.
 * @param write writes all it is given
 * @throws ENOSPC, with the bytes that fitted written
 */
export async function writeWithin(
  space: DiskSpace,
  bytes: Uint8Array,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const fitting = space.take(bytes.length)
  await write(bytes.subarray(0, fitting))
  if (fitting < bytes.length) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
}

/** Whether this, or what caused it, is a write that found no room: it passes once there is some again. */
export function isOutOfSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return OUT_OF_SPACE.has((error as NodeJS.ErrnoException).code ?? '') || isOutOfSpace(error.cause)
}

const OUT_OF_SPACE = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
