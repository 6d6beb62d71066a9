import type { ActivationClient } from '#shared/client/client.ts'
import type { RecordNoun } from '#shared/client/store/entries.ts'
import { keep, kept } from '../../base/kept.ts'
import { samplesOf, type Shown } from '../../store/records.ts'

/** How many samples there are. Of many records the number is kept under their revision: a return searches none of them. */

type CountedClient = Pick<ActivationClient, 'client_id' | 'revision' | 'status' | 'list'>

/** The text of so many takes as long to search as a frame. */
const MANY = 1000

/** Whether all of a kind are counted before anybody sees it. */
export function isCountQuick(client: CountedClient, noun: RecordNoun): boolean {
  return client.list(noun).length < MANY || keptCount(client, noun) !== undefined
}

/** @param records those of the client, or its last ones while a page catches up */
export function sampleCount(client: CountedClient, noun: RecordNoun, records: readonly Shown<RecordNoun>[]): number {
  const is_kept = records.length >= MANY && records === client.list(noun)
  const known = is_kept ? keptCount(client, noun) : undefined
  if (known !== undefined) return known
  const count = samplesOf(records).length
  if (is_kept) keep(nameOf(noun), `${stateOf(client)} ${count}`)
  return count
}

function keptCount(client: CountedClient, noun: RecordNoun): number | undefined {
  const text = kept(nameOf(noun))
  const state = `${stateOf(client)} `
  return text?.startsWith(state) ? Number(text.slice(state.length)) : undefined
}

/** Which records are shown. Those of a guest on their way into the account have a revision of their own. */
function stateOf({ client_id, revision, status }: CountedClient): string {
  return `${client_id} ${revision} ${status.is_migrating}`
}

function nameOf(noun: RecordNoun): string {
  return `samples.${noun}`
}
