import { Boxes } from 'lucide-react'
import { useDeferredValue, useMemo } from 'react'

import type { RecordNoun } from '#shared/client/store/entries.ts'
import { useCell } from '../../base/cell.ts'
import { countOf } from '../../format/numbers.ts'
import { Banner } from '../../parts/Banner.tsx'
import { Button } from '../../parts/Button.tsx'
import { useClient, useRecords } from '../../store/hooks.ts'
import type { Shown } from '../../store/records.ts'
import { isCountQuick, sampleCount } from './count-samples.ts'
import { dropSamples, sample_task } from './sample-task.ts'

/** Says that there are samples, and takes them away in one click. */
export function SampleBanner() {
  const client = useClient()
  const { state, problem } = useCell(sample_task)
  const counts = [
    [useSampleCount('audience'), 'audience'],
    [useSampleCount('platform'), 'platform'],
    [useSampleCount('distribution'), 'distribution'],
  ] as const
  const there = counts.filter(([count]) => count > 0).map(([count, noun]) => countOf(count, noun))
  // First use says by itself that they are coming.
  if (there.length === 0 || state === 'adding') return null
  return (
    <Banner
      tone={problem === undefined ? 'quiet' : 'failure'}
      icon={Boxes}
      actions={
        <Button
          size="small"
          is_busy={state === 'removing'}
          busy_words="Removing…"
          onClick={() => void dropSamples(client)}
        >
          Remove sample data
        </Button>
      }
    >
      {problem ?? `Sample data to look around with: ${there.join(', ')}.`}
    </Banner>
  )
}

function useSampleCount(noun: RecordNoun): number {
  const client = useClient()
  const { records: all } = useRecords(noun)
  // Among many they are looked for when the page is there.
  const records: readonly Shown<RecordNoun>[] = useDeferredValue(all, isCountQuick(client, noun) ? all : [])
  return useMemo(() => sampleCount(client, noun, records), [client, noun, records])
}
