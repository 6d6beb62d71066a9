import type { ReactNode } from 'react'

import { classes } from '../../../parts/classes.ts'
import button_styles from '../../../parts/Button.module.css'
import { Icon, type LucideIcon } from '../../../parts/Icon.tsx'
import styles from './panels.module.css'

/** Asks for a file. It is the browser's own field under the look of a button. */
export function FileButton({
  icon,
  accept,
  onFile,
  children,
}: {
  readonly icon: LucideIcon
  readonly accept: string
  readonly onFile: (file: File | undefined) => void
  readonly children: ReactNode
}) {
  return (
    <label className={classes(button_styles.button, button_styles.plain, styles.file)}>
      <input
        type="file"
        accept={accept}
        onChange={({ currentTarget }) => {
          onFile(currentTarget.files?.[0])
          // The same file may be chosen again, after it was mended.
          currentTarget.value = ''
        }}
      />
      <span className={button_styles.words}>
        <Icon of={icon} />
        {children}
      </span>
    </label>
  )
}
