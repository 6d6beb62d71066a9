import type { Clock } from '#shared/base/clock.ts'
import { Problem } from '#shared/base/problem.ts'
import type { Random } from '#shared/base/random.ts'
import type { ObjectHistory } from '#shared/objects/object-history.ts'
import { StoreError, type ObjectStore } from '#shared/objects/object-store.ts'
import type { TableEvents } from '#shared/table/events.ts'
import { CorruptObject } from '#shared/table/object/failures.ts'
import type { Row } from '#shared/table/object/schema.ts'
import { objectName } from '#shared/table/object/partition.ts'
import { startNewEpoch } from '#shared/table/recovery/new-epoch.ts'
import { restorations } from '#shared/table/recovery/restore.ts'
import { WritePacer } from '#shared/table/commit/write-pacer.ts'
import { SnapshotCache } from '#shared/table/object/snapshot-cache.ts'
import { Table } from '#shared/table/table.ts'
import { planRestore, type Plan, type RestoreGoal } from './plan.ts'
import { selectObjects, type Selection } from './objects.ts'
import { planText } from './plan-text.ts'
import { OperatorError } from '#infra/command/operator-error.ts'

export interface RestoreRequest extends RestoreGoal {
  readonly selection: Selection
  readonly dry_run: boolean
}

export interface RestoreTools {
  readonly store: ObjectStore
  readonly history: ObjectHistory
  readonly clock: Clock
  readonly random: Random
  readonly cache_bytes_max: number
  readonly print: (text: string) => void
  /** Called after the plan was printed. */
  readonly confirm: () => Promise<boolean>
}

/** 0: done, shown, or nothing to do. 2: some records or objects were not restored. 3: shown and not confirmed. */
export type ExitCode = 0 | 2 | 3

/** Prints what would change and, after confirmation, changes it. @throws OperatorError, StoreError */
export async function runRestore(request: RestoreRequest, tools: RestoreTools): Promise<ExitCode> {
  const { store, history, print } = tools
  const objects = await selectObjects(history, request.selection)
  const plans: Plan[] = []
  for (const object of objects) {
    const plan = await planRestore(store, history, object, request)
    if (objects.length > 1 && plan.kind === 'nothing') continue
    if (objects.length === 1 && plan.kind === 'impossible') throw new OperatorError(planText(plan))
    plans.push(plan)
    print(planText(plan))
  }
  if (plans.length === 0)
    throw new OperatorError('Nothing to restore: no selected object matches that generation, time or record.')
  const code_of_plans = plans.some(({ kind }) => kind === 'impossible') ? 2 : 0
  const to_do = plans.filter(hasChanges)
  if (to_do.length === 0) {
    print('Nothing to change.\n')
    return code_of_plans
  }
  if (request.dry_run) return code_of_plans
  if (!(await tools.confirm())) {
    print('Nothing was changed. Add --yes to restore without being asked.\n')
    return 3
  }
  let exit_code: ExitCode = code_of_plans
  for (const plan of to_do) if (!(await applyPlan(plan, tools))) exit_code = 2
  return exit_code
}

function hasChanges(plan: Plan): boolean {
  return plan.kind === 'new_epoch' || (plan.kind === 'differences' && plan.found.length > 0)
}

/** @returns whether everything was restored */
async function applyPlan(plan: Plan, tools: RestoreTools): Promise<boolean> {
  const { print } = tools
  try {
    if (plan.kind === 'new_epoch') await startEpoch(plan, tools)
    else if (plan.kind === 'differences') return await restore(plan, tools)
    return true
  } catch (error) {
    const is_known = error instanceof Problem || error instanceof CorruptObject || error instanceof StoreError
    if (!is_known) throw error
    print(`${plan.object.name}: not restored: ${error.message} Check the object before you repeat it.\n`)
    return false
  }
}

async function startEpoch(
  { object, replacement }: Extract<Plan, { kind: 'new_epoch' }>,
  tools: RestoreTools,
): Promise<void> {
  const schema = object.kind.kind
  const cache = new SnapshotCache(tools.store, { bytes_max: tools.cache_bytes_max })
  const target = { schema, month: object.month, name: objectName(schema, object.user_id, object.month) }
  const pacer = new WritePacer(tools.clock, tools.random)
  await startNewEpoch({ ...tools, cache, pacer, events: printedEvents(tools.print) }, target, replacement)
}

async function restore(
  { object, found }: Extract<Plan, { kind: 'differences' }>,
  tools: RestoreTools,
): Promise<boolean> {
  const table = new Table<Row>(object.kind.kind, { ...tools, events: printedEvents(tools.print) })
  const outcomes = await table.mutateAll(object.user_id, object.month, restorations(found))
  const refused = outcomes.flatMap((outcome, at) =>
    outcome.kind === 'refused' ? [`  ${found[at]!.id}: ${outcome.problem.message}\n`] : [],
  )
  if (refused.length > 0) tools.print(`Not restored:\n${refused.join('')}`)
  return refused.length === 0
}

function printedEvents(print: (text: string) => void): TableEvents {
  return {
    committed: ({ object, generation, rev, records }) =>
      print(`${object}: restored, ${records.length} records; now generation ${generation}, revision ${rev}\n`),
    corrupt: (object, reason) => print(`${object}: ${reason}\n`),
    storeFailed: (error) => print(`${error.message}\n`),
    nearLimit: (object, limit, value) => print(`${object} is near the limit ${limit}: ${value}\n`),
  }
}
