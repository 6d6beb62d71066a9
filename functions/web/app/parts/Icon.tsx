import type { LucideIcon } from 'lucide-react'

export type { LucideIcon } from 'lucide-react'

/** An icon beside words, which say the same; `label` where there are no words. */
export function Icon({
  of: Shape,
  size = 16,
  label,
  className,
}: {
  readonly of: LucideIcon
  readonly size?: 14 | 16 | 20
  readonly label?: string
  readonly className?: string | undefined
}) {
  return (
    <Shape
      size={size}
      strokeWidth={1.75}
      className={className}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  )
}
