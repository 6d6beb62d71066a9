import { useCallback, useState } from 'react'

import { countOf } from '../../../format/numbers.ts'
import { Segmented, type SegmentedChoice } from '../../../parts/Segmented.tsx'
import { showToast } from '../../../parts/toasts.ts'
import { useSession } from '../../../session/use-session.ts'
import type { DraftSegment } from '../model/draft.ts'
import { mergedSegments, type SegmentMerge } from '../model/segments.ts'
import { type ServicePorts, suggestedSegments } from '../model/services.ts'
import { ImportPanel } from './ImportPanel.tsx'
import { SegmentTable } from './SegmentTable.tsx'
import { type Asked, ServicePanel } from './ServicePanel.tsx'
import { StepHead } from './StepHead.tsx'
import type { StepProps } from './step-props.ts'

type Source = 'suggested' | 'hand' | 'import'

const SUGGESTED: SegmentedChoice<Source> = { value: 'suggested', words: 'Suggested' }
const OTHERS: readonly SegmentedChoice<Source>[] = [
  { value: 'hand', words: 'Enter by hand' },
  { value: 'import', words: 'Import CSV or JSON' },
]

/** The parts of the audience and their sizes: counted by a service, entered, or imported. */
export function SegmentsStep({ draft, change, faultOf, onLeave }: StepProps) {
  const { size_url } = useSession().config
  const [source, setSource] = useState<Source>(size_url === undefined ? 'hand' : 'suggested')

  /** Whatever changes has to be confirmed once more. */
  const onSegments = useCallback(
    (edit: (segments: readonly DraftSegment[]) => readonly DraftSegment[]) =>
      change((before) => {
        const segments = [...edit(before.segments)]
        return { ...before, segments, is_confirmed: false }
      }),
    [change],
  )

  const ask = async (url: string, ports: ServicePorts): Promise<Asked> => {
    if (draft.words.trim() === '' && draft.segments.length === 0) {
      return { is_good: false, words: 'Describe your audience first: it is what we send.' }
    }
    const outcome = await suggestedSegments(url, draft, ports)
    if (!outcome.ok)
      return { is_good: false, words: `${outcome.words} Try again, enter sizes by hand, or import them.` }
    const { segments, left_out } = outcome.found
    if (!ports.signal.aborted) onSegments((before) => mergedSegments(before, segments).segments)
    return { is_good: true, words: mergeInWords(mergedSegments(draft.segments, segments)), left_out }
  }

  const onImport = (merge: SegmentMerge) => {
    const { segments, is_confirmed } = draft
    onSegments(() => merge.segments)
    setSource('hand')
    showToast({
      words: mergeInWords(merge),
      undo: { run: () => change((now) => ({ ...now, segments, is_confirmed })) },
    })
  }

  return (
    <>
      <StepHead step="segments">
        <Segmented
          label="Where segments come from"
          choices={size_url === undefined ? OTHERS : [SUGGESTED, ...OTHERS]}
          value={source}
          onValue={setSource}
        />
      </StepHead>
      {source === 'suggested' && size_url !== undefined && (
        <ServicePanel
          lead="We send your description, the data type, the variables and the names of your segments."
          button="Count segments"
          busy_words="Counting…"
          onAsk={(ports) => ask(size_url, ports)}
        />
      )}
      {source === 'import' && <ImportPanel segments={draft.segments} onImport={onImport} />}
      <SegmentTable segments={draft.segments} {...{ onSegments, faultOf, onLeave }} />
    </>
  )
}

function mergeInWords({ added, updated, unchanged }: SegmentMerge): string {
  const parts = [
    added > 0 && `${countOf(added, 'segment')} added`,
    updated > 0 && `${countOf(updated, 'segment')} updated`,
    unchanged > 0 && `${countOf(unchanged, 'segment')} unchanged`,
  ]
  return parts.filter(Boolean).join(' · ')
}
