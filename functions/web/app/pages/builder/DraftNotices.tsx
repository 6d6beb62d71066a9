import { Copy, HardDrive, TriangleAlert } from 'lucide-react'

import { useCell } from '../../base/cell.ts'
import { saveFile } from '../../files/save-file.ts'
import { Banner } from '../../parts/Banner.tsx'
import { Button } from '../../parts/Button.tsx'
import { useAside } from '../../store/hooks.ts'
import styles from './DraftNotices.module.css'
import { nameOf } from './model/draft.ts'
import type { DraftKeeper, KeptDraft } from './model/keeper.ts'
import { audienceOf } from './model/record.ts'
import { refusedCreation } from './model/save.ts'

/** What stands in the way of a draft, and the way out. */
export function DraftNotices({
  id,
  keeper,
  refusal,
}: {
  readonly id: string
  readonly keeper: DraftKeeper
  /** Why it was not saved. */
  readonly refusal: readonly string[] | undefined
}) {
  const { failure, is_changed_elsewhere, is_gone, draft } = useCell(keeper.state)
  const refused = refusedCreation(useAside(), id)
  const download = () => {
    const text = JSON.stringify({ audiences: [audienceOf(draft)] }, null, 2)
    saveFile(`${nameOf(draft) || 'draft'}.json`, text, 'application/json')
  }
  const ways_out = (
    <>
      <Button size="small" onClick={() => void keeper.flush()}>
        Try again
      </Button>
      <Button size="small" onClick={download}>
        Download draft
      </Button>
    </>
  )
  return (
    <>
      {refusal && (
        <Banner tone="failure" icon={TriangleAlert}>
          {refusal.length === 1 ? refusal[0] : <ReasonList reasons={refusal} />}
        </Banner>
      )}
      {refused && !refusal && (
        <Banner tone="failure" icon={TriangleAlert}>
          The service did not take this audience: {refused.reason} Correct it here, then save again.
        </Banner>
      )}
      {failure && (
        <Banner tone="limit" icon={HardDrive} actions={ways_out}>
          {FAILURES[failure]}
        </Banner>
      )}
      {is_changed_elsewhere && <TwoTexts keeper={keeper} />}
      {is_gone && !is_changed_elsewhere && (
        <Banner tone="notice" icon={Copy}>
          Another tab has saved this draft or thrown it away. What you change here becomes a draft again.
        </Banner>
      )}
    </>
  )
}

function ReasonList({ reasons }: { readonly reasons: readonly string[] }) {
  return (
    <>
      It was not saved:
      <span className={styles.reasons}>
        {reasons.slice(0, 5).map((reason) => (
          <span key={reason}>{reason}</span>
        ))}
        {reasons.length > 5 && <span>and {reasons.length - 5} more</span>}
      </span>
    </>
  )
}

function TwoTexts({ keeper }: { readonly keeper: DraftKeeper }) {
  const actions = (
    <>
      <Button size="small" onClick={() => void keeper.settle('mine')}>
        Keep this tab’s
      </Button>
      <Button size="small" onClick={() => void keeper.settle('theirs')}>
        Take the other tab’s
      </Button>
    </>
  )
  return (
    <Banner tone="limit" icon={Copy} actions={actions}>
      This draft was changed in another tab, too. Which one do you want to go on with?
    </Banner>
  )
}

const FAILURES: Readonly<Record<NonNullable<KeptDraft['failure']>, string>> = {
  full: 'This device is full, so this draft is not kept. It stays here as long as this tab is open.',
  closed: 'The data of this device were closed, so this draft is not kept. It stays here as long as this tab is open.',
  unavailable: 'This browser keeps nothing, so this draft is not kept. It stays here as long as this tab is open.',
  'newer-version': 'A newer version of the app has your data, so this draft is not kept. Download it, then reload.',
  blocked: 'Another tab holds your data, so this draft is not kept. Close the other tabs, then try again.',
  'corrupt-entry': 'A part of the data of this device cannot be read, so this draft is not kept.',
  timeout: 'This device takes too long, so this draft is not kept yet.',
}
