import type { FileFault } from './folder/read-audience.ts'
import { type Difference, differences, plainText, valueText } from './differences.ts'
import type { Paint } from './output.ts'
import type { Change, Conflict, Creation, Plan } from './plan.ts'
import type { MadeChange, ServedAudience } from './service/audience-service.ts'

/** A plan for people and for programs. */

/** A conflict with what was changed since the version of the file. */
export interface ExplainedConflict extends Conflict {
  readonly since: readonly MadeChange[]
}

export type ExplainedPlan = Omit<Plan, 'conflicts'> & { readonly conflicts: readonly ExplainedConflict[] }

/** Of what is said about the line above. */
const INDENT = ' '.repeat(10)
const FAULTS_MAX = 100
const LINES_PER_AUDIENCE_MAX = 20
const MISSING_MAX = 20

export function planLines(plan: ExplainedPlan, paint: Paint): string[] {
  const { steps, conflicts, faults, missing } = plan
  return [
    ...faultLines(faults, paint),
    ...steps.flatMap((step) => stepLines(step, paint)),
    ...conflicts.flatMap((conflict) => conflictLines(conflict, paint)),
    ...missingLines(missing, paint),
    summaryLine(plan),
  ]
}

export function faultLines(faults: readonly FileFault[], paint: Paint): string[] {
  const shown = faults.slice(0, FAULTS_MAX).map((fault) => `${paint('red', 'fault   ')}  ${faultText(fault)}`)
  return faults.length > FAULTS_MAX ? [...shown, `${INDENT}and ${faults.length - FAULTS_MAX} more faults`] : shown
}

/** `file:line:column`, as editors and pipelines link it. */
function faultText({ path, line, column, message }: FileFault): string {
  const place = line === undefined ? '' : `:${line}:${column}`
  return `${plainText(path)}${place}  ${plainText(message)}`
}

function stepLines(step: Creation | Change, paint: Paint): string[] {
  const { file } = step
  if (step.action === 'create') {
    const id = file.audience_id ?? 'no id yet'
    return [`${paint('green', 'create  ')}  ${plainText(file.path)}  ${id}  ${valueText(file.content.name)}`]
  }
  const all = differencesOf(step)
  const shown = all
    .slice(0, LINES_PER_AUDIENCE_MAX)
    .map(({ path, before, after }) => `${INDENT}${path}: ${valueText(before)} → ${valueText(after)}`)
  const rest = all.length > shown.length ? [`${INDENT}and ${all.length - shown.length} more values`] : []
  const { audience_id, version } = step.now
  return [
    `${paint('yellow', 'change  ')}  ${plainText(file.path)}  ${audience_id} version ${version}`,
    ...shown,
    ...rest,
  ]
}

function differencesOf({ file, now, fields }: Pick<Change, 'file' | 'now' | 'fields'>): Difference[] {
  return fields.flatMap((name) => differences(now.content[name], file.content[name], [name]))
}

function conflictLines({ file, kind, now, fields, since }: ExplainedConflict, paint: Paint): string[] {
  const path = plainText(file.path)
  const head = `${paint('red', 'conflict')}  ${path}  ${file.audience_id}`
  if (kind === 'gone') {
    return [
      `${head} version ${file.version} is not there: it was deleted, or is another user's`,
      `${INDENT}Remove the file, or its audience_id and version to create it again.`,
    ]
  }
  if (kind === 'exists') {
    return [
      `${head} is there already as version ${now!.version}, and differs: ${fields.join(', ')}`,
      `${INDENT}${GO_ON}`,
    ]
  }
  return [
    `${head} has version ${now!.version}, the file is of version ${file.version}; they differ: ${fields.join(', ')}`,
    ...since.map((change) => `${INDENT}version ${change.version}  ${changeText(change)}`),
    `${INDENT}${GO_ON}`,
  ]
}

const GO_ON =
  'pull takes it over where both can stand; to insist on the file, give it the version that the service has.'

function changeText({ at, by, via, changed }: MadeChange): string {
  const fields = changed.length === 0 ? 'created it' : `changed ${changed.join(', ')}`
  return plainText(`${at}  ${by ?? 'the service'} via ${via} ${fields}`)
}

function missingLines(missing: readonly ServedAudience[], paint: Paint): string[] {
  if (missing.length === 0) return []
  const shown = missing
    .slice(0, MISSING_MAX)
    .map(
      ({ audience_id, version, content }) =>
        `${paint('dim', 'no file ')}  ${audience_id} version ${version}  ${valueText(content.name)}`,
    )
  const rest = missing.length > MISSING_MAX ? [`${INDENT}and ${missing.length - MISSING_MAX} more`] : []
  return [
    ...shown,
    ...rest,
    `${INDENT}They stay as they are. pull writes their files; apply --archive-missing ${missing.length} archives them.`,
  ]
}

function summaryLine({ steps, conflicts, faults, settled }: ExplainedPlan): string {
  const count = (action: string) => steps.filter((step) => step.action === action).length
  const parts = [
    `${count('create')} to create`,
    `${count('change')} to change`,
    `${settled.length} as they are`,
    ...(conflicts.length === 0 ? [] : [`${conflicts.length} in conflict`]),
    ...(faults.length === 0 ? [] : [`${faults.length} faults`]),
  ]
  return `${parts.join(', ')}.`
}

export function planDocument({ steps, conflicts, faults, settled, missing }: ExplainedPlan): Record<string, unknown> {
  return {
    steps: steps.map((step) => ({
      action: step.action,
      file: step.file.path,
      audience_id: step.file.audience_id ?? null,
      version: step.action === 'change' ? step.now.version : null,
      name: step.file.content.name,
      differences: step.action === 'change' ? differencesOf(step) : [],
    })),
    conflicts: conflicts.map(({ file, kind, now, fields, since }) => ({
      kind,
      file: file.path,
      audience_id: file.audience_id,
      version: file.version ?? null,
      version_now: now?.version ?? null,
      fields,
      since,
    })),
    faults,
    missing: missing.map(({ audience_id, version, content }) => ({ audience_id, version, name: content.name })),
    unchanged_count: settled.length,
  }
}
