import { faultLines, planDocument, planLines, type ExplainedPlan } from '../plan-text.ts'
import { Planning } from '../plan.ts'
import type { FolderContent } from '../folder/audience-folder.ts'
import type { ActionTools, Ended } from './tools.ts'

const DIFFERENCES = 2
/** Of so many conflicts it is asked who changed what. */
const EXPLAINED_MAX = 20

/** Shows what apply would do. Changes nothing, here or there. */
export async function showPlan(tools: ActionTools): Promise<Ended> {
  const plan = await planOf(tools, await tools.folder.read())
  for (const line of planLines(plan, tools.output.paint)) tools.output.line(line)
  const is_blocked = plan.faults.length > 0 || plan.conflicts.length > 0
  return { exit_code: is_blocked ? 1 : plan.steps.length > 0 ? DIFFERENCES : 0, document: planDocument(plan) }
}

export async function planOf({ service }: ActionTools, content: FolderContent): Promise<ExplainedPlan> {
  const planning = new Planning(content)
  for await (const page of service.pages()) for (const now of page) planning.add(now)
  const plan = planning.end()
  const conflicts = []
  for (const [at, conflict] of plan.conflicts.entries()) {
    const { kind, file } = conflict
    const is_explained = kind === 'stale' && at < EXPLAINED_MAX
    conflicts.push({
      ...conflict,
      since: is_explained ? await service.changesSince(file.audience_id!, file.version!) : [],
    })
  }
  return { ...plan, conflicts }
}

/** Ends an action that does nothing while files cannot be read: nobody knows whose they are. */
export function endWithFaults({ faults }: FolderContent, { output }: Pick<ActionTools, 'output'>): Ended {
  for (const line of faultLines(faults, output.paint)) output.line(line)
  output.line('Nothing was done: the audience of a file that cannot be read is not known.')
  return { exit_code: 1, document: { faults } }
}
