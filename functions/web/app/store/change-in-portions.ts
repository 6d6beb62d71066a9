import type { ActivationClient } from '#shared/client/client.ts'
import type { ChangeOutcome, UserChange } from '#shared/client/store/user-changes.ts'

/** Keeping so many takes hardly longer than keeping one, and the page answers after each portion. */
const PORTION = 200

/**
 * Makes many changes of different records, a portion at a time: each portion is kept as a whole before the next one begins. It ends
 * early after a portion of which something was refused, or when nobody wants the rest.
 * @param isWanted asked before each portion but the first, with how many changes have ended
 * @returns how the changes ended that were tried, in their order
 */
export async function changeInPortions(
  client: Pick<ActivationClient, 'changeAll'>,
  changes: readonly UserChange[],
  isWanted: (ended: number) => boolean = () => true,
): Promise<readonly ChangeOutcome[]> {
  const outcomes: ChangeOutcome[] = []
  while (outcomes.length < changes.length) {
    const portion = await client.changeAll(changes.slice(outcomes.length, outcomes.length + PORTION))
    outcomes.push(...portion)
    if (portion.some(({ ok }) => !ok) || !isWanted(outcomes.length)) break
  }
  return outcomes
}
