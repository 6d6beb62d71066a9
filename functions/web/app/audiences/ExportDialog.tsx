import { useEffect, useRef, useState, type SubmitEvent } from 'react'

import { isoTime } from '#shared/base/clock.ts'
import { inSteps } from '../base/in-steps.ts'
import { clock } from '../base/ports.ts'
import { saveFile } from '../files/save-file.ts'
import { countOf } from '../format/numbers.ts'
import { Button } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { showToast } from '../parts/toasts.ts'
import type { Audience, Shown } from '../store/records.ts'
import styles from './ExportDialog.module.css'
import { exportedPieces, fileNameOf, MEDIA_TYPES, type Format } from './export-file.ts'

const FORMATS: readonly { readonly value: Format; readonly words: string; readonly hint: string }[] = [
  { value: 'csv', words: 'CSV for Excel', hint: 'One row for each audience. Opens in any spreadsheet.' },
  { value: 'json', words: 'JSON', hint: 'Every field as it is. The import reads it back exactly.' },
  { value: 'parquet', words: 'Parquet', hint: 'For data tools such as DuckDB and pandas, with every column.' },
]

/** The format of a file, and the file: made here, with or without a connection, and with what has not been sent yet. */
export function ExportDialog({
  subjects,
  onClose,
}: {
  readonly subjects: readonly Shown<'audience'>[]
  readonly onClose: () => void
}) {
  const [format, setFormat] = useState<Format>('csv')
  const [is_busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const [only] = subjects
  const ended = useRef<AbortController>(undefined)
  // A dialog that was closed makes no file, and closes no other one.
  useEffect(() => () => ended.current?.abort(), [])

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (is_busy) return
    setFault(undefined)
    setBusy(true)
    const [day = ''] = isoTime(clock.nowMs()).split('T')
    const name = fileNameOf(only && subjects.length === 1 ? [only.record] : [], day, format)
    const { signal } = (ended.current = new AbortController())
    try {
      const file = await exportedFile(format, subjects, signal)
      if (signal.aborted) return
      saveFile(name, file, MEDIA_TYPES[format])
    } catch {
      if (signal.aborted) return
      setBusy(false)
      return setFault(`The file was not made. The part of the app that writes it could not be loaded: try again.`)
    }
    onClose()
    showToast({ words: `“${name}” is in your downloads` })
  }
  const what = only && subjects.length === 1 ? `“${only.record.name}”` : countOf(subjects.length, 'audience')
  return (
    <Dialog
      title={`Export ${what}`}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" form="export" is_busy={is_busy} busy_words="Exporting…">
            {subjects.length === 1 ? 'Export' : `Export ${countOf(subjects.length, 'audience')}`}
          </Button>
        </>
      }
    >
      <form id="export" onSubmit={(event) => void onSubmit(event)}>
        <fieldset className={styles.formats}>
          <legend className="unseen">Format</legend>
          {FORMATS.map(({ value, words, hint }) => (
            <div key={value} className={styles.format}>
              <input
                type="radio"
                name="format"
                id={`export-${value}`}
                aria-describedby={`export-${value}-hint`}
                value={value}
                checked={value === format}
                onChange={() => setFormat(value)}
              />
              <div>
                <label htmlFor={`export-${value}`} className={styles.words}>
                  {words}
                </label>
                <p id={`export-${value}-hint`} className={styles.hint}>
                  {hint}
                </p>
              </div>
            </div>
          ))}
        </fieldset>
        {fault !== undefined && (
          <p role="alert" className={styles.fault}>
            {fault}
          </p>
        )}
      </form>
    </Dialog>
  )
}

async function exportedFile(
  format: Format,
  subjects: readonly Shown<'audience'>[],
  signal: AbortSignal,
): Promise<string | Uint8Array<ArrayBuffer>> {
  if (format === 'parquet') {
    const { exportedParquet } = await import('./parquet-export.ts')
    return exportedParquet(subjects.map(({ record }) => record))
  }
  const { pieces } = await inSteps(exportedPieces(format, recordsOf(subjects)), clock, signal)
  return pieces.join('')
}

/** Each is parsed when its turn comes. */
function* recordsOf(subjects: readonly Shown<'audience'>[]): Generator<Audience, undefined> {
  for (const { record } of subjects) yield record
}
