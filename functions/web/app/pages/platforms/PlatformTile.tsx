import type { PlatformType } from '#shared/records/platform.ts'
import { PLATFORMS } from '../../format/words.ts'
import styles from './PlatformTile.module.css'

/** Two letters stand for a platform; its name is beside them. */
export function PlatformTile({ type }: { readonly type: PlatformType }) {
  return (
    <span aria-hidden className={styles.tile}>
      {PLATFORMS[type].letters}
    </span>
  )
}
