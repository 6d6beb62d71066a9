import { Upload } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import { inSteps } from '../../base/in-steps.ts'
import { clock } from '../../base/ports.ts'
import { countOf, numberOf } from '../../format/numbers.ts'
import { Button } from '../../parts/Button.tsx'
import { classes } from '../../parts/classes.ts'
import { Dialog } from '../../parts/Dialog.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'
import { UnreadableFile } from './file-rows.ts'
import styles from './ImportDialog.module.css'
import { countOfPlan, planRows, type ImportPlan } from './import-plan.ts'
import { ImportPreview } from './ImportPreview.tsx'
import { readAudienceFile, type AudienceFile } from './read-file.ts'
import { runImport } from './run-import.ts'

interface ReadFile {
  readonly name: string
  readonly content: AudienceFile
  readonly plan: ImportPlan
}

/** A file is read, then what would happen is shown, then it happens: a portion at a time, so that it can be stopped in between. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const [file, setFile] = useState<ReadFile>()
  const [is_reading, setReading] = useState(false)
  const [fault, setFault] = useState<string>()
  const [done, setDone] = useState<number>()
  const is_stopped = useRef(false)
  const reading = useRef<AbortController>(undefined)
  useEffect(() => () => reading.current?.abort(), [])

  const planOf = async ({ rows }: AudienceFile, signal?: AbortSignal): Promise<ImportPlan> => {
    // The client validates what it stores by the schemas that these types are of.
    const known = {
      get: (id: string) => client.get('audience', id) as Shown<'audience'> | undefined,
      all: client.list('audience') as readonly Shown<'audience'>[],
    }
    const { pieces, result } = await inSteps(planRows(rows, known), clock, signal)
    return { rows: pieces, ignored: result }
  }

  const onFile = async (chosen: File | undefined) => {
    if (!chosen || done !== undefined) return
    setFault(undefined)
    setFile(undefined)
    setReading(true)
    // Another file ends the reading of this one, and so does closing the dialog.
    reading.current?.abort()
    const { signal } = (reading.current = new AbortController())
    try {
      const content = await readAudienceFile(chosen.name, new Uint8Array(await chosen.arrayBuffer()), clock, signal)
      const plan = await planOf(content, signal)
      signal.throwIfAborted()
      setFile({ name: chosen.name, content, plan })
    } catch (error) {
      if (signal.aborted) return
      const why = error instanceof UnreadableFile ? error.message : 'The browser could not open the file.'
      setFault(`“${chosen.name}” could not be read. ${why}`)
    }
    setReading(false)
  }

  const onImport = async ({ name, content, plan }: ReadFile) => {
    setFault(undefined)
    setDone(0)
    is_stopped.current = false
    const imported = await runImport(client, plan, (ended) => {
      setDone(ended)
      return !is_stopped.current
    })
    const left = takenIn(plan) - imported.count
    if (left > 0) {
      // What is in stays: the rest can be taken in from here, or from the same file later.
      setFile({ name, content, plan: await planOf(content) })
      setDone(undefined)
      const are = countOf(imported.count, 'audience is', 'audiences are')
      return setFault(`${are} in, ${countOf(left, 'is', 'are')} not. ${imported.fault ?? 'You stopped the import.'}`)
    }
    const others = content.device_file && (await client.uploadData(content.device_file))
    setDone(undefined)
    onClose()
    const more = others && others.made > 0 ? `, and ${countOf(others.made, 'other record')}` : ''
    showToast({ icon: Upload, words: `Imported ${countOf(imported.count, 'audience')}${more}` })
  }

  /** A portion that is being kept is kept. */
  const onEnd = () => {
    is_stopped.current = true
    if (done === undefined) onClose()
  }

  const count = file ? takenIn(file.plan) : 0
  const can_import = file !== undefined && (count > 0 || file.content.device_file !== undefined)
  const end_words = done !== undefined ? 'Stop' : can_import ? 'Cancel' : 'Close'
  return (
    <Dialog
      title="Import audiences"
      onClose={onEnd}
      actions={
        <>
          <Button kind="quiet" onClick={onEnd}>
            {end_words}
          </Button>
          {can_import && (
            <Button
              kind="primary"
              is_busy={done !== undefined}
              busy_words={`${numberOf(done ?? 0)} of ${numberOf(count)}`}
              onClick={() => void onImport(file)}
            >
              {count > 0 ? `Import ${numberOf(count)}` : 'Import what else is in it'}
            </Button>
          )}
        </>
      }
    >
      <FileDrop onFile={(chosen) => void onFile(chosen)} name={file?.name} />
      <div role="status">
        {is_reading && <p className={styles.note}>Reading the file…</p>}
        {file && <ImportPreview plan={file.plan} device_file={file.content.device_file} />}
      </div>
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
    </Dialog>
  )
}

function takenIn(plan: ImportPlan): number {
  return countOfPlan(plan, 'make') + countOfPlan(plan, 'bring_back')
}

function FileDrop({
  name,
  onFile,
}: {
  readonly name: string | undefined
  readonly onFile: (file: File | undefined) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  const [is_over, setOver] = useState(false)
  return (
    <div
      className={classes(styles.drop, is_over && styles.is_over)}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        onFile(event.dataTransfer.files[0])
      }}
    >
      <Icon of={Upload} size={20} />
      <p className={styles.words}>
        {name === undefined ? (
          'A CSV, JSON or Parquet file: an export, a spreadsheet, or the download of a device.'
        ) : (
          <b dir="auto">{name}</b>
        )}
      </p>
      <Button size="small" onClick={() => input.current?.click()}>
        {name === undefined ? 'Choose a file' : 'Choose another file'}
      </Button>
      <input
        ref={input}
        type="file"
        aria-label="File to import"
        accept=".csv,.tsv,.txt,.json,.jsonl,.parquet,text/csv,application/json"
        hidden
        onChange={({ currentTarget }) => {
          onFile(currentTarget.files?.[0])
          // The same file can be chosen once more after it was mended.
          currentTarget.value = ''
        }}
      />
    </div>
  )
}
