import type { Device } from './device.ts'
import type { Outsiders } from './outsiders.ts'
import type { SyncHistory } from './sync-history.ts'
import { deleteLast } from './user.ts'

const TRIES_MAX = 20
/** Room for one or two records. */
const LIMIT_BYTES = 1024

interface Participants {
  readonly reader: Device
  readonly writer: Device
  readonly outsiders: Outsiders
}

/**
 * A device that knows everything stops pulling in the middle of a commit that changes some records and deletes another.
 * Meanwhile the deletion is purged, of which it has not read. Chance alone seldom brings all of this about.
 */
export async function interruptPull(history: SyncHistory, { reader, writer, outsiders }: Participants): Promise<void> {
  await pullWhile(writer, () => writer.has_more_to_pull)
  await pullWhile(reader, () => reader.has_more_to_pull)
  if (writer.is_full) return
  const deleted = deleteLast(history, writer)
  if (!deleted) return
  for (let tries = 0; tries < TRIES_MAX && writer.has_something_to_push; tries++) await writer.push()
  await pullWhile(reader, () => reader.has_more_to_pull && !reader.has_open_increment)
  const purged = await outsiders.purge(deleted.id, [deleted.id])
  if (purged > 0 && reader.has_open_increment) history.counts.purges_in_open_increments++
}

async function pullWhile(device: Device, isWanted: () => boolean): Promise<void> {
  let tries = 0
  do await device.pull(LIMIT_BYTES)
  while (isWanted() && ++tries < TRIES_MAX)
}
