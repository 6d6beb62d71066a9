import { useRouter } from '@tanstack/react-router'
import { useCallback } from 'react'

import { savedAudiencesSearch, searchWithTags, type SavedAudiencesSearch } from '../pages/saved-audiences/search.ts'

type Edit = (tags: readonly string[]) => readonly string[]

/** Lets the filters of the list follow what becomes of a tag, in its address, too. @returns a way back from it */
export function useTagFollower(): (edit: Edit) => () => void {
  const router = useRouter()
  return useCallback(
    (edit) => {
      const change = (next: (now: SavedAudiencesSearch) => SavedAudiencesSearch) => {
        const { pathname, search } = router.state.location
        if (pathname !== '/saved-audiences') return undefined
        const now = savedAudiencesSearch(search)
        const then = next(now)
        if (then.tag === now.tag) return undefined
        void router.navigate({ to: '/saved-audiences', search: then, replace: true, resetScroll: false })
        return { before: now.tag, after: then.tag }
      }
      const followed = change((now) => searchWithTags(now, edit))
      // Filters that were chosen since stay.
      return () => {
        if (!followed) return
        change(({ tag, ...now }) => {
          if (tag !== followed.after) return tag === undefined ? now : { ...now, tag }
          return followed.before === undefined ? now : { ...now, tag: followed.before }
        })
      }
    },
    [router],
  )
}
