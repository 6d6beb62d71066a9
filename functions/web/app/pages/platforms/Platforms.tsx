import { Plus, Route } from 'lucide-react'
import { useMemo, useState } from 'react'

import type { PlatformType } from '#shared/records/platform.ts'
import { offered } from '../../actions/action.ts'
import { useOffer } from '../../actions/offers.ts'
import { useWantedDeed } from '../../actions/wanted-deed.ts'
import { RefusedCreations } from '../../aside/RefusedCreations.tsx'
import { NotHereYet } from '../../frame/NotHereYet.tsx'
import { Page } from '../../frame/Page.tsx'
import { Button } from '../../parts/Button.tsx'
import { EmptyState } from '../../parts/EmptyState.tsx'
import { Skeleton, WhileUnknown } from '../../parts/Skeleton.tsx'
import { HeadCell, Table } from '../../parts/Table.tsx'
import { AddPlatform } from './AddPlatform.tsx'
import { DeletePlatform } from './DeletePlatform.tsx'
import { EditPlatform } from './EditPlatform.tsx'
import { platformActions } from './platform-actions.ts'
import { readyInWords } from './platform-facts.ts'
import { PlatformRow } from './PlatformRow.tsx'
import styles from './Platforms.module.css'
import { ReadyToAdd } from './ReadyToAdd.tsx'
import { type OpenDialog, useDeeds } from './use-deeds.ts'
import { usePlatforms } from './use-platforms.ts'

/** The ad platforms of this account: whether each is ready, and what it needs. */
export function Platforms() {
  const { platforms, sendsOf, is_known } = usePlatforms()
  const [dialog, setDialog] = useState<OpenDialog>()
  const [keys_of, setKeysOf] = useState<string>()
  const { deeds, testing, faults } = useDeeds({ sendsOf, setDialog, setKeysOf })
  const onAdd = (type: PlatformType | undefined) => setDialog({ task: 'add', type })
  const offer = useMemo(
    () => ({
      title: 'Platforms',
      items: [
        {
          id: 'add-platform',
          words: 'Add a platform',
          icon: Plus,
          keys: 'n',
          onSelect: () => setDialog({ task: 'add', type: undefined }),
        },
      ],
    }),
    [],
  )
  useOffer(offer)
  useWantedDeed('platform', ({ id, action_id }) => {
    const platform = platforms.find((other) => other.id === id)
    if (!platform) return false
    offered(platformActions(deeds), [platform])
      .find((item) => item.id === action_id)
      ?.onSelect()
    return true
  })
  const onClose = () => setDialog(undefined)
  return (
    <Page
      title="Platforms"
      count={readyInWords(platforms)}
      sentence="Keys are stored encrypted and never shown again, only the end of an ID."
      actions={
        <Button kind="primary" icon={Plus} onClick={() => onAdd(undefined)}>
          Add a platform
        </Button>
      }
    >
      <div className={styles.blocks}>
        <RefusedCreations noun="platform" />
        {platforms.length === 0 && !is_known ? (
          <NotHereYet fault="Your platforms could not be loaded.">
            <WhileUnknown label="Your platforms are being loaded">
              <Skeleton width="100%" height={240} />
            </WhileUnknown>
          </NotHereYet>
        ) : platforms.length === 0 ? (
          <EmptyState icon={Route} title="There is no platform yet">
            Audiences are sent to the ad platforms below. Add the first, and enter its keys when you have them.
          </EmptyState>
        ) : (
          <Table aria-label="Platforms" className={styles.table}>
            <thead>
              <tr>
                <HeadCell>Platform</HeadCell>
                <HeadCell>Connection</HeadCell>
                <HeadCell>Last sync</HeadCell>
                <HeadCell is_number>Match rate, average</HeadCell>
                <HeadCell>
                  <span className="unseen">Actions</span>
                </HeadCell>
              </tr>
            </thead>
            <tbody>
              {platforms.map((platform) => (
                <PlatformRow
                  key={platform.id}
                  platform={platform}
                  sends={sendsOf(platform.id)}
                  deeds={deeds}
                  is_testing={testing.has(platform.id)}
                  fault={faults[platform.id]}
                  is_open={keys_of === platform.id}
                  onKeysDone={() => setKeysOf(undefined)}
                />
              ))}
            </tbody>
          </Table>
        )}
        {(is_known || platforms.length > 0) && <ReadyToAdd platforms={platforms} onAdd={onAdd} />}
      </div>
      {dialog?.task === 'add' && (
        <AddPlatform
          type={dialog.type}
          onClose={onClose}
          onAdded={(id) => {
            onClose()
            setKeysOf(id)
          }}
        />
      )}
      {dialog?.task === 'edit' && <EditPlatform platform={dialog.platform} onClose={onClose} />}
      {dialog?.task === 'delete' && <DeletePlatform platform={dialog.platform} onClose={onClose} />}
    </Page>
  )
}
