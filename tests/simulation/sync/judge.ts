import { checkHeld, checkReset } from './check-pulls.ts'
import { checkJudgements } from './check-judgements.ts'
import { takeLanding } from './check-commits.ts'
import type { JournalEvent } from './journal.ts'
import { JournalState } from './journal-state.ts'
import { NO_OBJECT_YET } from './record-truth.ts'
import type { SyncHistory } from './sync-history.ts'
import { fail } from './wrong.ts'

/**
 * Whatever happened, this holds.
 * @returns what is stored in the end
 * @throws Error that names the invariant and what broke it
 */
export async function checkJournal(history: SyncHistory): Promise<JournalState> {
  const state = new JournalState(history.has)
  for (const [at, event] of history.events.entries()) {
    await take(history, state, at, event).catch((error: unknown) => {
      history.noteWrong(at, (error as Error).message)
      throw error
    })
  }
  return state
}

async function take(history: SyncHistory, state: JournalState, at: number, event: JournalEvent): Promise<void> {
  switch (event.kind) {
    case 'asked':
      return state.ask(at, event.change)
    case 'landed':
      return await takeLanding(state, at, event)
    case 'removed':
      state.lost.add(event.object)
      return state.set(event.object, { at, truth: NO_OBJECT_YET, is_from_outside: true })
    case 'put_back_asked':
      state.put_back.set(event.object, event.generation)
      return
    case 'purge_asked':
      for (const id of event.ids) state.purge_asked.add(id)
      return
    case 'judged':
      return checkJudgements(state, event)
    case 'unanswered':
      for (const change of event.changes) state.refused.add(change)
      return
    case 'held':
      return checkHeld(state, event)
    case 'reset':
      if (checkReset(state, event)) history.counts.floor_resets++
      return
    case 'wrong':
      return fail(event.why)
  }
}
