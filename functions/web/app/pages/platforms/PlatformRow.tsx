import { Ellipsis, Send } from 'lucide-react'

import { offered } from '../../actions/action.ts'
import { SetAside } from '../../aside/SetAside.tsx'
import { clock } from '../../base/ports.ts'
import { exactlyOf, momentOf } from '../../format/dates.ts'
import { UNKNOWN } from '../../format/words.ts'
import { Button, IconButton } from '../../parts/Button.tsx'
import { Chip } from '../../parts/Chip.tsx'
import { Menu } from '../../parts/Menu.tsx'
import { StatusWord } from '../../parts/StatusWord.tsx'
import { NumberCell } from '../../parts/Table.tsx'
import { isSample, type Distribution, type Shown } from '../../store/records.ts'
import { nextActionId, platformActions, type PlatformDeeds } from './platform-actions.ts'
import { accountInWords, averageMatchRate } from './platform-facts.ts'
import styles from './PlatformRow.module.css'
import { PlatformTile } from '../../parts/PlatformTile.tsx'
import { Keys, TestFailure } from './TestFailure.tsx'

const COLUMNS_COUNT = 5

interface PlatformRowProps {
  readonly platform: Shown<'platform'>
  readonly sends: readonly Distribution[]
  readonly deeds: PlatformDeeds
  readonly is_testing: boolean
  /** Why the last test could not be made. */
  readonly fault: string | undefined
  /** Its keys are being entered. */
  readonly is_open: boolean
  readonly onKeysDone: () => void
}

/** One platform; below it what it needs, if it needs anything. */
export function PlatformRow({ platform, sends, deeds, is_testing, fault, is_open, onKeysDone }: PlatformRowProps) {
  const { record } = platform
  const match = averageMatchRate(sends)
  const items = offered(platformActions(deeds), [platform])
  const next = items.find(({ id }) => id === nextActionId(platform))
  const deed = next && (
    <Button
      size="small"
      {...(next.id === 'send' && { kind: 'quiet', icon: Send })}
      is_busy={is_testing}
      busy_words="Testing…"
      onClick={next.onSelect}
    >
      {next.words}
    </Button>
  )
  const has_failed = record.status === 'error'
  const has_panel = has_failed || is_open
  const is_aside = platform.aside.length > 0
  const last_sync = record.last_sync_at ? momentOf(record.last_sync_at, clock.nowMs()) : UNKNOWN.last_sync
  return (
    <>
      <tr className={styles.row} data-open={has_panel || is_aside || fault !== undefined || undefined}>
        <th scope="row">
          <span className={styles.platform}>
            <PlatformTile type={record.platform_type} />
            <span className={styles.names}>
              <span className={styles.name} dir="auto">
                {record.name}
              </span>
              <span className={styles.context}>{accountInWords(record)}</span>
              <span className={styles.narrow_facts}>
                {last_sync} · {match.words}
              </span>
              <span className={styles.phone_status}>
                <StatusWord noun="platform" status={record.status} />
                {deed}
              </span>
            </span>
            {isSample(record) && <Chip tone="sample">Sample</Chip>}
          </span>
        </th>
        <td>
          <StatusWord noun="platform" status={record.status} />
        </td>
        <td className={record.last_sync_at ? styles.wide : styles.wide_unknown}>
          {record.last_sync_at ? (
            <time dateTime={record.last_sync_at} title={exactlyOf(record.last_sync_at)}>
              {last_sync}
            </time>
          ) : (
            last_sync
          )}
        </td>
        <NumberCell className={match.is_unknown ? styles.wide_unknown : styles.wide}>{match.words}</NumberCell>
        <td>
          <span className={styles.actions}>
            {deed}
            <Menu label={`What can be done with ${record.name}`} items={items}>
              {(trigger) => <IconButton icon={Ellipsis} size="small" label={`More for ${record.name}`} {...trigger} />}
            </Menu>
          </span>
        </td>
      </tr>
      {is_aside && (
        <tr className={styles.below}>
          <td colSpan={COLUMNS_COUNT}>
            <div className={styles.aside}>
              <SetAside entries={platform.aside} />
            </div>
          </td>
        </tr>
      )}
      {fault !== undefined && (
        <tr className={styles.below}>
          <td colSpan={COLUMNS_COUNT}>
            <p role="alert" className={styles.fault}>
              {fault}
            </p>
          </td>
        </tr>
      )}
      {has_panel && (
        <tr className={styles.below}>
          <td colSpan={COLUMNS_COUNT}>
            {has_failed ? (
              <TestFailure platform={platform} sends={sends} is_asking={is_open} onDone={onKeysDone} />
            ) : (
              <Keys platform={platform} onDone={onKeysDone} />
            )}
          </td>
        </tr>
      )}
    </>
  )
}
