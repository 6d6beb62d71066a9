import { isoTime } from '#shared/base/clock.ts'
import { fromRow } from '#shared/records/rows.ts'
import { VERSIONS_AHEAD, versionAfter, type Difference } from '#shared/table/recovery/restore.ts'
import type { Plan } from './plan.ts'
import type { RestoreKind } from './rules.ts'

/** A plan as the operator reads it before confirming. Long values are cut; secrets show only that they differ. */
export function planText(plan: Plan): string {
  return [plan.object.name, ...linesOf(plan).map((line) => `  ${line}`), ''].join('\n')
}

function linesOf(plan: Plan): string[] {
  switch (plan.kind) {
    case 'nothing':
      return [`nothing to do: ${plan.reason}`]
    case 'impossible':
      return [`cannot be restored: ${plan.reason}`]
    case 'new_epoch':
      return [
        ...plan.remarks,
        `new epoch: ${plan.records} records, each ${VERSIONS_AHEAD} versions higher; clients reload the object`,
      ]
    case 'differences': {
      const { live, old, found, same, object } = plan
      return [
        `live: generation ${live.snapshot.generation}, revision ${live.snapshot.footer.rev}`,
        old ? `old: ${generationText(plan, old.snapshot.generation)}, revision ${old.snapshot.footer.rev}` : NOT_YET,
        ...found.flatMap((difference) => differenceLines(object.kind, difference)),
        `different: ${found.length}, same: ${same}`,
      ]
    }
  }
}

const NOT_YET = 'old: the object did not exist yet'

const CHANGES = {
  changed: 'changes',
  deleted: 'becomes a tombstone',
  undeleted: 'is undeleted',
  revived: 'is restored although it was purged',
} as const satisfies Record<Difference['kind'], string>

function generationText({ object }: Plan, generation: string): string {
  const stored = object.generations.find((one) => one.generation === generation)
  return `generation ${generation}${stored ? ` of ${isoTime(stored.created_at_ms)}` : ''}`
}

function differenceLines({ kind, secret_columns }: RestoreKind, difference: Difference): string[] {
  const { id, live, restored, columns } = difference
  const before = live ? `version ${live.version}` : 'purged'
  const was = live && fromRow(kind.columns, live)
  const becomes = fromRow(kind.columns, restored)
  const shown = columns.filter((name) => name !== 'deleted' && !kind.derived_columns.includes(name))
  return [
    `${id}  ${before} → ${versionAfter(difference)}  ${CHANGES[difference.kind]}`,
    ...(difference.kind === 'revived' ? [] : shown).map((name) =>
      secret_columns.includes(name)
        ? `    ${name}: ${restored[name] === null ? 'removed' : 'differs'}`
        : `    ${name}: ${shortened(was?.[name])} → ${shortened(becomes[name])}`,
    ),
  ]
}

const SHOWN_CHARACTERS = 60

function shortened(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`
}
