import type { ImportReport, RowNote } from './report.ts'

/** The report as the operator reads it at the end of a run. */

const ROWS_SHOWN = 100

export function reportText(report: ImportReport, stored_as: string | undefined): string {
  const { counts, mode } = report
  const written = mode === 'dry-run' ? 'would be written' : 'written'
  const totals: [label: string, value: number][] = [
    ['files', counts.files],
    ['read', counts.read],
    ...(mode === 'verify' ? [] : [[written, counts.written] as [string, number]]),
    ['merged', counts.merged],
    [mode === 'verify' ? 'same' : 'unchanged', counts.unchanged],
    ['kept', counts.kept],
    ['refused', counts.refused],
    ...(mode === 'verify'
      ? ([
          ['missing', counts.missing],
          ['different', counts.different],
        ] as [string, number][])
      : []),
  ]
  const width = Math.max(...totals.map(([label]) => label.length))
  return [
    `${TITLES[mode]} ${report.from} → ${report.target}`,
    ...totals.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    ...section(
      'Unreadable files',
      report.unreadable_files.map(({ file, reason }) => `${file}: ${reason}`),
    ),
    ...section(
      'Skipped files',
      report.skipped_files.map(({ name, reason }) => `${name}: ${reason}`),
    ),
    ...section('Refused', report.refused_rows.map(noteText), counts.refused),
    ...section('Kept', report.kept_rows.map(noteText), counts.kept),
    ...section('Missing or different', report.deviating_rows.map(noteText), counts.missing + counts.different),
    ...section('Stored with another created_at than in the source', report.adjusted_rows.map(noteText)),
    ...section('Remarks', report.remarks.map(noteText)),
    ...section(
      'Unknown fields, kept under metadata.imported_fields or in the segment',
      report.unknown_fields.map(({ file, field, rows }) => `${file}: ${field} (${rows} rows)`),
    ),
    ...section(
      'Values not taken as they are',
      report.changed_values.map(({ file, field, change, rows }) => `${file}: ${field} ${change} (${rows} rows)`),
    ),
    ...section(
      'Secrets left out',
      report.removed_secrets.map(({ kind, field, values }) => `${kind}: ${field} (${values} values)`),
    ),
    ...(stored_as === undefined ? [] : [`Report: ${stored_as}`]),
    '',
  ].join('\n')
}

const TITLES = { import: 'Imported', 'dry-run': 'Dry run:', verify: 'Verified' } as const

function noteText({ file, row, id, reason }: RowNote): string {
  return `${file}:${row}${id === undefined ? '' : ` ${id}`}: ${reason}`
}

function section(title: string, lines: readonly string[], count = lines.length): string[] {
  if (lines.length === 0) return []
  const more = count > ROWS_SHOWN ? [`  … and ${count - ROWS_SHOWN} more; the report has all`] : []
  return ['', `${title}:`, ...lines.slice(0, ROWS_SHOWN).map((line) => `  ${line}`), ...more]
}
