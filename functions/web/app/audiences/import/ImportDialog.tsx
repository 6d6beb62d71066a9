import { Upload } from 'lucide-react'
import { useRef, useState } from 'react'

import { textOf } from '../../files/text.ts'
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
import { countOfPlan, importPlan, type ImportPlan } from './import-plan.ts'
import { ImportPreview } from './ImportPreview.tsx'
import { readAudienceFile } from './read-file.ts'
import { runImport } from './run-import.ts'

interface ReadFile {
  readonly name: string
  readonly plan: ImportPlan
  readonly device_file: Readonly<Record<string, unknown>> | undefined
}

/** A file is read, then what would happen is shown, then it happens. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useClient()
  const [file, setFile] = useState<ReadFile>()
  const [fault, setFault] = useState<string>()
  const [done, setDone] = useState<number>()

  const onFile = async (chosen: File | undefined) => {
    if (!chosen) return
    setFault(undefined)
    setFile(undefined)
    try {
      const text = textOf(new Uint8Array(await chosen.arrayBuffer()))
      const { rows, device_file } = readAudienceFile(chosen.name, text)
      // The client validates what it stores by the schemas that these types are of.
      const known = {
        get: (id: string) => client.get('audience', id) as Shown<'audience'> | undefined,
        all: client.list('audience') as readonly Shown<'audience'>[],
      }
      setFile({ name: chosen.name, plan: importPlan(rows, known), device_file })
    } catch (error) {
      const why = error instanceof UnreadableFile ? error.message : 'The browser could not open the file.'
      setFault(`“${chosen.name}” could not be read. ${why}`)
    }
  }

  const onImport = async ({ plan, device_file }: ReadFile) => {
    setFault(undefined)
    setDone(0)
    const imported = await runImport(client, plan, setDone)
    const others = device_file && imported.fault === undefined ? await client.uploadData(device_file) : undefined
    setDone(undefined)
    const count = imported.made + imported.brought_back
    if (imported.fault !== undefined) {
      return setFault(`${countOf(count, 'audience is', 'audiences are')} in. ${imported.fault}`)
    }
    onClose()
    const more = others && others.made > 0 ? `, and ${countOf(others.made, 'other record')}` : ''
    showToast({ icon: Upload, words: `Imported ${countOf(count, 'audience')}${more}` })
  }

  const count = file ? countOfPlan(file.plan, 'make') + countOfPlan(file.plan, 'bring_back') : 0
  const can_import = file !== undefined && (count > 0 || file.device_file !== undefined)
  return (
    <Dialog
      title="Import audiences"
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            {can_import ? 'Cancel' : 'Close'}
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
      <div role="status">{file && <ImportPreview plan={file.plan} device_file={file.device_file} />}</div>
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
    </Dialog>
  )
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
          'A CSV or JSON file: an export, a spreadsheet, or the download of a device.'
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
        accept=".csv,.tsv,.txt,.json,.jsonl,text/csv,application/json"
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
