import { isSameJson } from '#shared/base/same-json.ts'
import { sideBySide } from '#shared/base/side-by-side.ts'
import { plainText } from '../differences.ts'
import type { AudienceContent } from '../folder/audience-text.ts'
import type { AudienceFile } from '../folder/audience-folder.ts'
import { differingFields, FIELD_NAMES, type FieldName } from '../plan.ts'
import type { ServedAudience } from '../service/audience-service.ts'
import { endWithFaults } from './plan.ts'
import { type ActionTools, type Ended, SIDE_BY_SIDE } from './tools.ts'

export interface PullOptions {
  /** Write files of archived audiences, too. */
  readonly has_archived: boolean
  /** Overwrite what was edited here. */
  readonly discards_edits: boolean
}

/**
 * What became of a file.
 * - `written`: new, or as the service has it now. `merged`: it has the edits of both sides.
 * - `edited`: only changed here, and left. `both`: changed here and there, and left. `gone`: its audience is not there.
 */
type FileOutcome = 'written' | 'merged' | 'current' | 'edited' | 'both' | 'gone'

interface FileNote {
  readonly outcome: FileOutcome
  readonly file: string
  readonly audience_id: string
  readonly version: number | null
  /** Changed on both sides. */
  readonly fields: readonly FieldName[]
}

/** Brings the files up to date. What was edited here is kept, but where it is told to be discarded. */
export async function pull(tools: ActionTools, options: PullOptions): Promise<Ended> {
  const content = await tools.folder.read()
  if (content.faults.length > 0) return endWithFaults(content, tools)
  const files = new Map(content.files.map((file) => [file.audience_id, file]))
  const notes: FileNote[] = []
  const seen = new Set<string>()
  for await (const page of tools.service.pages()) {
    await sideBySide(
      page.map((now) => ({ now, bytes: 1 })),
      SIDE_BY_SIDE,
      async ({ now }) => {
        seen.add(now.audience_id)
        const note = await pullOne(tools, files.get(now.audience_id), now, options)
        if (note) notes.push(note)
      },
    )
  }
  for (const { audience_id, version, path } of content.files) {
    if (audience_id === undefined || version === undefined || seen.has(audience_id)) continue
    notes.push({ outcome: 'gone', file: path, audience_id, version, fields: [] })
  }
  return ended(tools, notes)
}

async function pullOne(
  tools: ActionTools,
  file: AudienceFile | undefined,
  now: ServedAudience,
  { has_archived, discards_edits }: PullOptions,
): Promise<FileNote | undefined> {
  const { folder } = tools
  const { audience_id, version, content } = now
  if (file === undefined) {
    if (content.status === 'archived' && !has_archived) return undefined
    return { outcome: 'written', file: await folder.add(now), audience_id, version, fields: [] }
  }
  const note = (outcome: FileOutcome, fields: readonly FieldName[] = []): FileNote => ({
    outcome,
    file: file.path,
    audience_id,
    version,
    fields,
  })
  const write = async (outcome: FileOutcome, merged: AudienceContent): Promise<FileNote> => {
    const written = await folder.replace(file, { audience_id, version, content: merged })
    if (written === undefined) return note('edited')
    return note(written.text === file.text ? 'current' : outcome)
  }
  if (discards_edits || differingFields(file.content, content).length === 0) return await write('written', content)
  if (file.version === version) return note('edited')
  const past = file.version === undefined ? undefined : await tools.service.past(audience_id, file.version)
  const merge = merged(past ?? {}, file.content, content)
  if (merge.both.length > 0) return note('both', merge.both)
  const is_edited = differingFields(merge.content, content).length > 0
  return await write(is_edited ? 'merged' : 'written', merge.content)
}

/**
 * What both sides made of an audience. A field that one side has changed is as that side has it.
 * @param past as it was before both; a field that it lacks is not known
 */
export function merged(
  past: Partial<AudienceContent>,
  here: AudienceContent,
  there: AudienceContent,
): { readonly content: AudienceContent; readonly both: readonly FieldName[] } {
  const isAsBefore = (side: AudienceContent, name: FieldName) =>
    Object.hasOwn(past, name) && isSameJson(side[name], past[name])
  const differing = differingFields(here, there)
  const both = differing.filter((name) => !isAsBefore(here, name) && !isAsBefore(there, name))
  const of_here = FIELD_NAMES.filter((name) => differing.includes(name) && isAsBefore(there, name))
  const content = { ...there, ...Object.fromEntries(of_here.map((name) => [name, here[name]])) }
  return { content, both }
}

function ended({ output }: ActionTools, notes: readonly FileNote[]): Ended {
  const { line, paint } = output
  const shown = notes.filter(({ outcome }) => outcome !== 'current')
  for (const { outcome, file, audience_id, version, fields } of shown) {
    const is_bad = outcome === 'both' || outcome === 'gone'
    const label = paint(is_bad ? 'red' : outcome === 'edited' ? 'yellow' : 'green', outcome.padEnd(8))
    line(
      `${label}  ${plainText(file)}  ${audience_id} version ${version}${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`,
    )
  }
  const count = (outcome: FileOutcome) => notes.filter((note) => note.outcome === outcome).length
  if (count('both') > 0) {
    line(
      'Changed here and on the service, and left: put the file right and give it the version above, or remove it and ' +
        'pull again. --discard-edits takes what the service has for all.',
    )
  }
  if (count('gone') > 0) line('Gone: deleted, or another user’s. Remove the file, or its audience_id and version.')
  line(`${count('written') + count('merged')} written, ${count('current')} current, ${count('edited')} edited here.`)
  return { exit_code: count('both') + count('gone') > 0 ? 1 : 0, document: { files: shown } }
}
