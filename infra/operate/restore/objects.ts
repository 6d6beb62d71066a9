import type { ObjectHistory, StoredGeneration } from '#shared/objects/object-history.ts'
import { monthOfObject, objectName, userOfObject, userPrefix, type Month } from '#shared/table/object/partition.ts'
import { OperatorError } from '#infra/command/operator-error.ts'
import { RESTORE_KINDS, type RestoreKind } from './rules.ts'

/** The objects that the operator selects. */
export type Selection =
  | { readonly object: string }
  | { readonly user_id: string; readonly kind: string | undefined; readonly month: string | undefined }
  | 'all'

/** An object of a table, with every generation that the bucket keeps, the oldest first. */
export interface KeptObject {
  readonly name: string
  readonly kind: RestoreKind
  readonly user_id: string
  readonly month: Month
  readonly generations: readonly StoredGeneration[]
}

/**
 * The selected objects, also those without a live generation.
 * @throws OperatorError when there are none, or the name is not that of a table's object
 */
export async function selectObjects(history: ObjectHistory, selection: Selection): Promise<KeptObject[]> {
  const generations = await generationsOf(history, selection)
  const objects = [...Map.groupBy(generations, ({ name }) => name)].flatMap(
    ([name, of_name]) => keptObject(name, of_name) ?? [],
  )
  if (objects.length > 0) return objects
  throw new OperatorError(
    'The bucket keeps no generation of a selected object. If the bucket or its objects were deleted, see ' +
      'infra/docs/runbooks/bucket-restored.md.',
  )
}

async function generationsOf(history: ObjectHistory, selection: Selection): Promise<StoredGeneration[]> {
  if (selection !== 'all' && 'object' in selection) {
    const name = selection.object.replace(/^gs:\/\/[^/]+\//, '')
    if (!keptObject(name, [])) throw new OperatorError(`${name} is not an object of a table: ${namesOfTables()}.`)
    return (await history.generations(name)).filter((stored) => stored.name === name)
  }
  const prefixes = prefixesOf(selection)
  return (await Promise.all(prefixes.map((prefix) => history.generations(prefix)))).flat()
}

function prefixesOf(selection: Exclude<Selection, { object: string }>): string[] {
  if (selection === 'all') return RESTORE_KINDS.map(({ kind }) => `${kind.name}/`)
  const { user_id, kind: kind_name, month } = selection
  const kinds = RESTORE_KINDS.map(({ kind }) => kind).filter(
    ({ name }) => kind_name === undefined || name === kind_name,
  )
  if (kinds.length === 0) throw new OperatorError(`--kind ${kind_name} is not one of ${namesOfTables()}.`)
  if (month === undefined) return kinds.map((kind) => userPrefix(kind, user_id))
  const by_month = kinds.filter(({ partitioned_by }) => partitioned_by === 'month')
  if (by_month.length === 0) throw new OperatorError(`${kind_name} have no months: remove --month.`)
  return by_month.map((kind) => objectName(kind, user_id, month))
}

function keptObject(name: string, generations: readonly StoredGeneration[]): KeptObject | undefined {
  for (const kind of RESTORE_KINDS) {
    if (!name.startsWith(`${kind.kind.name}/`)) continue
    const user_id = userOfObject(kind.kind, name)
    const month = user_id === undefined ? undefined : monthOfObject(kind.kind, user_id, name)
    if (user_id !== undefined && month !== undefined) return { name, kind, user_id, month, generations }
  }
  return undefined
}

function namesOfTables(): string {
  return RESTORE_KINDS.map(({ kind }) => kind.name).join(', ')
}
