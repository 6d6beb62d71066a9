import { Archive } from 'lucide-react'
import { useMemo, useState } from 'react'

import { isoTime } from '#shared/base/clock.ts'
import { bringBackAudiences } from '../../audiences/change-audiences.ts'
import { archivedByRetention } from '../../audiences/retention.ts'
import { keep, kept } from '../../base/kept.ts'
import { countOf } from '../../format/numbers.ts'
import { Banner } from '../../parts/Banner.tsx'
import { Button } from '../../parts/Button.tsx'
import { useSession } from '../../session/use-session.ts'
import type { ShownAudience } from './select-audiences.ts'

/** What the retention rule archived since this user last said that they know, with its way back. */
export function RetentionBanner({
  audiences,
  onSee,
}: {
  readonly audiences: readonly ShownAudience[]
  readonly onSee: () => void
}) {
  const { client, account } = useSession()
  const name = `retention_told_until.${account?.user_id ?? 'guest'}`
  // Of what was before the first visit of this browser nobody asks.
  const [since, setSince] = useState(() => {
    const told = kept(name) ?? isoTime(client.api.time.nowMs())
    keep(name, told)
    return told
  })
  const moved = useMemo(() => archivedByRetention(audiences, since), [audiences, since])
  if (moved.length === 0) return null
  const onTold = () => {
    const latest = moved.reduce((last, { record }) => (record.updated_at > last ? record.updated_at : last), since)
    keep(name, latest)
    setSince(latest)
  }
  return (
    <Banner
      tone="quiet"
      icon={Archive}
      onClose={onTold}
      actions={
        <>
          <Button size="small" onClick={() => void bringBackAudiences(client, moved)}>
            Undo
          </Button>
          <Button kind="quiet" size="small" onClick={onSee}>
            See them
          </Button>
        </>
      }
    >
      While you were away, {countOf(moved.length, 'audience')} that nobody had used for a long time moved to Archived.
    </Banner>
  )
}
