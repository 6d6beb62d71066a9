import { newId } from '../../base/ids.ts'
import type { ClientPorts } from '../ports.ts'

/** A change is known by it for ever, whichever client pushes it. */
export function newMutationId({ clock, random }: Pick<ClientPorts, 'clock' | 'random'>): string {
  return newId('mut', Math.max(0, clock.nowMs()), random)
}
