import type { PlatformType } from '#shared/records/platform.ts'
import { PLATFORMS } from '../format/words.ts'
import { classes } from './classes.ts'
import styles from './PlatformTile.module.css'

/** Two letters stand for a platform; its name is beside them. */
export function PlatformTile({
  type,
  size = 'normal',
}: {
  readonly type: PlatformType
  readonly size?: 'normal' | 'small'
}) {
  return (
    <span aria-hidden className={classes(styles.tile, size === 'small' && styles.small)}>
      {PLATFORMS[type].letters}
    </span>
  )
}
