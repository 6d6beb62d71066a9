import { AUDIENCE_STATUS, DISTRIBUTION_STATUS, PLATFORM_STATUS, type StatusLook } from '../format/status.ts'
import { Icon } from './Icon.tsx'
import styles from './StatusWord.module.css'
import { classes } from './classes.ts'

const LOOKS = { audience: AUDIENCE_STATUS, platform: PLATFORM_STATUS, distribution: DISTRIBUTION_STATUS } as const

type StatusWordProps = {
  readonly [Noun in keyof typeof LOOKS]: { readonly noun: Noun; readonly status: keyof (typeof LOOKS)[Noun] }
}[keyof typeof LOOKS]

/** A status as icon and word; only one that needs a person is filled. */
export function StatusWord({ noun, status }: StatusWordProps) {
  const looks: Readonly<Record<string, StatusLook>> = LOOKS[noun]
  const look = looks[status]
  return look ? <StatusLabel look={look} /> : <span>{status}</span>
}

export function StatusLabel({ look }: { readonly look: StatusLook }) {
  return (
    <span className={classes(styles.status, styles[look.tone], look.is_filled && styles.filled)}>
      <Icon of={look.icon} size={14} />
      {look.words}
    </span>
  )
}
