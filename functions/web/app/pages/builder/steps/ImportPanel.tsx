import { FileUp, Import } from 'lucide-react'
import { useMemo, useState, type DragEvent } from 'react'

import { textOf } from '../../../files/text.ts'
import { bytesOf, countOf } from '../../../format/numbers.ts'
import { Button } from '../../../parts/Button.tsx'
import { TextArea } from '../../../parts/Field.tsx'
import { ENTRIES_MAX } from '../model/checks.ts'
import type { DraftSegment } from '../model/draft.ts'
import { mergedSegments, type SegmentMerge, segmentsInText } from '../model/segments.ts'
import { FileButton } from './FileButton.tsx'
import { LeftOut } from './LeftOut.tsx'
import styles from './panels.module.css'

const BYTES_MAX = 5_000_000

interface ImportPanelProps {
  readonly segments: readonly DraftSegment[]
  readonly onImport: (merge: SegmentMerge) => void
}

/** Segments of a file or of a text; what would happen is said before it does. */
export function ImportPanel({ segments, onImport }: ImportPanelProps) {
  const [text, setText] = useState('')
  const [file_name, setFileName] = useState<string>()
  const [file_fault, setFileFault] = useState<string>()
  const [is_over, setOver] = useState(false)
  const found = useMemo(() => (text.trim() === '' ? undefined : segmentsInText(text)), [text])
  const merge = useMemo(() => found && mergedSegments(segments, found.segments), [segments, found])
  const count = merge ? merge.added + merge.updated : 0

  const take = async (file: File | undefined) => {
    if (!file) return
    setFileName(file.name)
    setFileFault(undefined)
    if (file.size > BYTES_MAX) {
      setText('')
      return setFileFault(
        `“${file.name}” has ${bytesOf(file.size)}. A file of segments has ${bytesOf(BYTES_MAX)} at most.`,
      )
    }
    try {
      setText(textOf(new Uint8Array(await file.arrayBuffer())))
    } catch {
      setFileFault(`“${file.name}” could not be read. It may have been moved or changed: choose it once more.`)
    }
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void take(event.dataTransfer.files[0])
  }

  return (
    <div
      className={styles.panel}
      data-over={is_over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <p className={styles.lead}>
        CSV with the columns name, size and description, or JSON with a list of segments. Unknown sizes stay empty.
      </p>
      <div className={styles.deeds}>
        <FileButton icon={FileUp} accept=".csv,.tsv,.txt,.json" onFile={(file) => void take(file)}>
          Choose a file
        </FileButton>
        <p role="status" className={file_fault === undefined ? styles.done : styles.failed}>
          {file_fault ?? file_name ?? 'or drop it here, or paste its content below'}
        </p>
      </div>
      <TextArea
        label="Content"
        rows={4}
        spellCheck={false}
        dir="auto"
        placeholder={'name,size,description\nMove-in month,184200,Moved in the last 60 days'}
        value={text}
        onChange={({ currentTarget: { value } }) => {
          setText(value)
          setFileName(undefined)
          setFileFault(undefined)
        }}
      />
      {found && merge && (
        <>
          <p role="status" className={styles.done}>
            {previewInWords(merge, found.left_out.length)}
          </p>
          <LeftOut reasons={found.left_out} />
          <div className={styles.deeds}>
            <Button icon={Import} disabled={count === 0} onClick={() => onImport(merge)}>
              {count === 0 ? 'Nothing to import' : `Import ${countOf(count, 'segment')}`}
            </Button>
          </div>
        </>
      )}
    </div>
  )
}

function previewInWords({ added, updated, unchanged, too_many }: SegmentMerge, left_out: number): string {
  const parts = [
    added > 0 && `${countOf(added, 'segment is', 'segments are')} new`,
    updated > 0 && countOf(updated, 'segment changes', 'segments change'),
    unchanged > 0 && `${countOf(unchanged, 'segment stays', 'segments stay')} as they are`,
    left_out > 0 && `${countOf(left_out, 'entry', 'entries')} cannot be taken`,
    too_many > 0 && `${countOf(too_many, 'is', 'are')} beyond the ${countOf(ENTRIES_MAX, 'segment')} of an audience`,
  ]
  return parts.filter(Boolean).join(' · ')
}
