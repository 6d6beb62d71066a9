import { useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactNode } from 'react'

/** The way to an audience from a list of thousands: the router is asked when it is pressed, not for each row that scrolls by. */
export function AudienceLink({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  const router = useRouter()
  const onClick = (event: MouseEvent) => {
    // Another tab, another window and a download are the browser's.
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    void router.navigate({ to: '/audience/$id', params: { id } })
  }
  return (
    <a href={`/audience/${encodeURIComponent(id)}`} data-name dir="auto" onClick={onClick}>
      {children}
    </a>
  )
}
