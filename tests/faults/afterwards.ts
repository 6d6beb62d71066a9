import { expect } from 'vitest'

import { BUCKET } from '#tests/functions/audiences/harness.ts'
import { seededRandom } from '#tests/simulation/seeded-random.ts'
import { checkHistory, checkReader } from './checker.ts'
import { runLoad, USER_IDS, type Fleet, type Operation } from './load.ts'
import { storedAudiences } from './stored.ts'
import type { System } from './system.ts'

/**
 * Once nothing is at fault any more: the same processes, asked as patiently as they ask for, answer everything again,
 * and every earlier answer agrees with the stored files and with what a new reader sees.
 * @returns the whole history
 */
export async function expectWellAfter(
  system: System,
  fleet: Fleet,
  operations: readonly Operation[],
): Promise<Operation[]> {
  const after = await runLoad({ fleet, random: seededRandom(1), operations: 20, clients: 4, patient: true })
  const failures = after.filter(({ result }) => result === 'unknown' || result === 'unmade')
  expect(failures.map(({ kind, replies }) => [kind, replies.map((reply) => reply?.text ?? 'broken')])).toEqual([])
  const stored = await storedAudiences(system.data_dir, BUCKET)
  expect(stored.size).toBeGreaterThan(0)
  const all = [...operations, ...after]
  checkHistory(all, stored)
  const reader = await system.startFunction({ without_proxy: true })
  for (const user_id of USER_IDS) await checkReader(user_id, reader.as(user_id).call, stored)
  return all
}
