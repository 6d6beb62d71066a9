import { Plus } from 'lucide-react'

import { PLATFORM_TYPES, type PlatformType } from '#shared/records/platform.ts'
import { PLATFORMS } from '../../format/words.ts'
import { Icon } from '../../parts/Icon.tsx'
import type { Shown } from '../../store/records.ts'
import { CREDENTIAL_FORMS } from './credential-forms.ts'
import { PlatformTile } from '../../parts/PlatformTile.tsx'
import styles from './ReadyToAdd.module.css'

/** Platforms that are not on the list yet, each with what it asks for; of the others more accounts can be added. */
export function ReadyToAdd({
  platforms,
  onAdd,
}: {
  readonly platforms: readonly Shown<'platform'>[]
  readonly onAdd: (type: PlatformType | undefined) => void
}) {
  const there = new Set(platforms.map(({ record }) => record.platform_type))
  const others = PLATFORM_TYPES.filter((type) => !there.has(type))
  return (
    <section aria-labelledby="ready-to-add" className={styles.section}>
      <h2 id="ready-to-add" className={styles.title}>
        Ready to add
      </h2>
      <ul className={styles.cards}>
        {others.map((type) => (
          <li key={type}>
            <button type="button" className={styles.card} onClick={() => onAdd(type)}>
              <PlatformTile type={type} />
              <span className={styles.words}>
                <span className={styles.name}>{PLATFORMS[type].words}</span>
                <span className={styles.needs}>Needs {CREDENTIAL_FORMS[type].needs}</span>
              </span>
              <Icon of={Plus} />
            </button>
          </li>
        ))}
        {there.size > 0 && (
          <li>
            <button type="button" className={styles.card} onClick={() => onAdd(undefined)}>
              <span className={styles.words}>
                <span className={styles.name}>Another account</span>
                <span className={styles.needs}>Several accounts of one platform are fine</span>
              </span>
              <Icon of={Plus} />
            </button>
          </li>
        )}
      </ul>
    </section>
  )
}
