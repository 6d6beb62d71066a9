import { useState, type SubmitEvent } from 'react'

import { isoTime } from '#shared/base/clock.ts'
import { clock } from '../base/ports.ts'
import { saveFile } from '../files/save-file.ts'
import { countOf } from '../format/numbers.ts'
import { Button } from '../parts/Button.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { showToast } from '../parts/toasts.ts'
import { useSession } from '../session/use-session.ts'
import type { Shown } from '../store/records.ts'
import styles from './ExportDialog.module.css'
import { exportedText, fileNameOf, MEDIA_TYPES, type LocalFormat } from './export-file.ts'

type Format = LocalFormat | 'parquet'

const FORMATS: readonly { readonly value: Format; readonly words: string; readonly hint: string }[] = [
  { value: 'csv', words: 'CSV for Excel', hint: 'One row for each audience. Opens in any spreadsheet.' },
  { value: 'json', words: 'JSON', hint: 'Every field as it is. The import reads it back exactly.' },
  { value: 'parquet', words: 'Parquet', hint: 'For data tools. The service makes it, from what has been sent to it.' },
]

/** The format of a file, and the file. CSV and JSON are made here, with or without a connection. */
export function ExportDialog({
  subjects,
  is_all,
  onClose,
}: {
  readonly subjects: readonly Shown<'audience'>[]
  /** Every audience of the account, the archived ones too: the service can make the file. */
  readonly is_all: boolean
  readonly onClose: () => void
}) {
  const { client, account } = useSession()
  const [format, setFormat] = useState<Format>('csv')
  const [is_busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()
  const [only] = subjects
  const has_parquet = account !== null && (is_all || subjects.length === 1)
  const formats = FORMATS.filter(({ value }) => value !== 'parquet' || has_parquet)

  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault()
    setFault(undefined)
    const records = subjects.map(({ record }) => record)
    const [day = ''] = isoTime(clock.nowMs()).split('T')
    const name = fileNameOf(records, day, format)
    if (format !== 'parquet') saveFile(name, exportedText(format, records), MEDIA_TYPES[format])
    else {
      setBusy(true)
      const result =
        is_all || !only
          ? await client.api.audiences.exportAudiences({ query: { format, status: 'all' } })
          : await client.api.audiences.exportAudience({ params: { audience_id: only.id }, query: { format } })
      const content = result.ok ? await result.body.blob() : result
      setBusy(false)
      if (!content.ok) return setFault(`${content.problem.detail} CSV and JSON can be made without a connection.`)
      saveFile(name, content.blob, 'application/vnd.apache.parquet')
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
          {formats.map(({ value, words, hint }) => (
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
