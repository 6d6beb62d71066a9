import type { ActivationClient } from '#shared/client/client.ts'
import { Problem } from '#shared/base/problem.ts'
import type { StorageError } from '#shared/client/storage.ts'
import type { JsonRecord, OutboxEntry } from '#shared/client/store/entries.ts'
import type { ChangeOutcome } from '#shared/client/store/user-changes.ts'
import type { BuilderDraft } from './draft.ts'
import { columnOf, stepOfError } from './checks.ts'
import { audienceOf } from './record.ts'
import type { StepId } from './steps.ts'

/** How saving ended: an audience on this device, or why not and where to mend it. */
export type SaveOutcome =
  | { readonly ok: true; readonly status: 'draft' | 'active' }
  | { readonly ok: false; readonly words: readonly string[]; readonly step?: StepId }

type SavingClient = Pick<ActivationClient, 'get' | 'aside' | 'create' | 'change' | 'correct'>

/** Makes the audience of a draft, or changes the one that it was made of. Doing it twice makes one. */
export async function saveDraft(client: SavingClient, id: string, draft: BuilderDraft): Promise<SaveOutcome> {
  const outcome = await kept(client, id, draft)
  if (outcome.ok) return { ok: true, status: draft.is_confirmed ? 'active' : 'draft' }
  return refusalOf(outcome.problem)
}

async function kept(client: SavingClient, id: string, draft: BuilderDraft): Promise<ChangeOutcome> {
  const value = audienceOf(draft)
  const refused = refusedCreation(client.aside, id)
  const shown = client.get('audience', id)
  if (!refused && !shown) return await client.create('audience', value, id)
  // What was asked for first stays what was asked for first.
  const { original_query: _, ...set } = value
  const emptied = [draft.tags.length === 0 && 'tags', draft.campaign.trim() === '' && 'campaign_id']
  const unset = { metadata: emptied.filter((name) => name !== false) }
  const edit = { set, unset }
  if (refused) return await client.correct(refused.seq, edit)
  return await client.change('audience', id, edit)
}

/** An audience that the service did not take: it waits on this device to be corrected. */
export interface RefusedCreation {
  readonly seq: number
  /** In a sentence. */
  readonly reason: string
  readonly value: JsonRecord
}

export function refusedCreation(aside: readonly OutboxEntry[], id: string): RefusedCreation | undefined {
  const entry = aside.find((one) => one.kind === 'audience' && one.id === id && one.change.op === 'create')
  if (!entry?.aside || entry.change.op !== 'create') return undefined
  return { seq: entry.seq, reason: entry.aside.reason, value: entry.change.value }
}

const STORAGE_WORDS: Readonly<Record<StorageError['kind'], string>> = {
  full: 'This device is full, so it was not saved. Your audience is still on this page. Free some space, then save again.',
  closed: 'The data of this device were closed, so it was not saved. It is still on this page: save again.',
  unavailable: 'This browser did not let us save it. It is still on this page: save again, or download it.',
  'newer-version': 'A newer version of the app has your data. Reload this page: your draft is kept.',
  blocked: 'Another tab holds your data, so it was not saved. Close the other tabs, then save again.',
  'corrupt-entry': 'A part of the data of this device cannot be read, so it was not saved. It is still on this page.',
  timeout: 'This device took too long, so it was not saved. It is still on this page: save again.',
}

/** What the columns are called on the screen. */
const COLUMN_WORDS: Readonly<Record<string, string>> = {
  name: 'Name',
  description: 'Description',
  data_type: 'Data type',
  selected_variables: 'Variables',
  variable_details: 'Variables',
  segments: 'Segments',
  metadata: 'Campaign and tags',
}

function refusalOf(problem: Problem | StorageError): SaveOutcome {
  if (!(problem instanceof Problem)) return { ok: false, words: [STORAGE_WORDS[problem.kind]] }
  const [first] = problem.errors ?? []
  if (!first) return { ok: false, words: [problem.message] }
  return {
    ok: false,
    words: problem.errors!.map(({ path, message }) => `${COLUMN_WORDS[columnOf(path)] ?? path}: ${message}`),
    step: stepOfError(first),
  }
}
