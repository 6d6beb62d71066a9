import { newId } from '#shared/base/ids.ts'
import { AUDIENCES } from '#shared/records/audience.ts'
import type { AudienceFile } from '../folder/audience-folder.ts'
import { plainText } from '../differences.ts'
import { endWithFaults } from './plan.ts'
import type { ActionTools, Ended } from './tools.ts'

/** Gives new files their ids, and sends nothing: so that they are in Git before a pipeline applies them. */
export async function giveIds(tools: Omit<ActionTools, 'service'>): Promise<Ended> {
  const content = await tools.folder.read()
  if (content.faults.length > 0) return endWithFaults(content, tools)
  const given: { file: string; audience_id: string }[] = []
  const left: string[] = []
  for (const file of content.files.filter(({ audience_id }) => audience_id === undefined)) {
    const named = await withId(file, tools)
    if (named?.audience_id === undefined) left.push(file.path)
    else given.push({ file: file.path, audience_id: named.audience_id })
  }
  for (const { file, audience_id } of given) tools.output.line(`id        ${plainText(file)}  ${audience_id}`)
  for (const path of left) tools.output.line(`left      ${plainText(path)}  was changed meanwhile`)
  tools.output.line(`${given.length} files got an id.`)
  return { exit_code: left.length > 0 ? 1 : 0, document: { given, left } }
}

/** The file with an id, which is on disk before anything is sent. @returns `undefined` when somebody else changed the file */
export async function withId(
  file: AudienceFile,
  { folder, clock, random }: Pick<ActionTools, 'folder' | 'clock' | 'random'>,
): Promise<AudienceFile | undefined> {
  const audience_id = file.audience_id ?? newId(AUDIENCES.id_prefix, clock.nowMs(), random)
  return await folder.replace(file, { audience_id, version: undefined, content: file.content })
}
