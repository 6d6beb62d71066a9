import { Boxes, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { countOf } from '../../format/numbers.ts'
import { Banner } from '../../parts/Banner.tsx'
import { Button } from '../../parts/Button.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient, useRecords } from '../../store/hooks.ts'
import { isSample } from '../../store/records.ts'
import { removeSamples, restoreSamples } from './sample-records.ts'

/** Says that there are samples, and takes them away in one click. */
export function SampleBanner() {
  const client = useClient()
  const counts = [
    [useSampleCount('audience'), 'audience'],
    [useSampleCount('platform'), 'platform'],
    [useSampleCount('distribution'), 'distribution'],
  ] as const
  const [is_removing, setRemoving] = useState(false)
  const [problem, setProblem] = useState<string>()
  const there = counts.filter(([count]) => count > 0).map(([count, noun]) => countOf(count, noun))
  if (there.length === 0) return null
  const remove = async () => {
    setRemoving(true)
    const outcome = await removeSamples(client)
    setRemoving(false)
    setProblem(outcome.problem)
    if (outcome.problem !== undefined) return
    showToast({
      words: 'Removed the sample data',
      icon: Trash2,
      undo: { run: async () => void (await restoreSamples(client, outcome.records)) },
    })
  }
  return (
    <Banner
      tone={problem === undefined ? 'quiet' : 'failure'}
      icon={Boxes}
      actions={
        <Button size="small" is_busy={is_removing} busy_words="Removing…" onClick={() => void remove()}>
          Remove sample data
        </Button>
      }
    >
      {problem === undefined
        ? `Sample data to look around with: ${there.join(', ')}.`
        : `The sample data were not all removed. ${problem}`}
    </Banner>
  )
}

function useSampleCount(noun: 'audience' | 'platform' | 'distribution'): number {
  const { records } = useRecords(noun)
  return records.filter(({ record }) => isSample(record)).length
}
