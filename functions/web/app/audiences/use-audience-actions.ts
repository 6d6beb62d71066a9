import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

import type { Action } from '../actions/action.ts'
import { useClient } from '../store/hooks.ts'
import type { Shown } from '../store/records.ts'
import { audienceActions, type AudienceActionsContext } from './audience-actions.ts'

/** The actions of audiences on this page. @param page the same value between changes */
export function useAudienceActions(
  page: Pick<AudienceActionsContext, 'onRename' | 'is_page'> = NO_PAGE,
): readonly Action<Shown<'audience'>>[] {
  const client = useClient()
  const navigate = useNavigate()
  return useMemo(
    () =>
      audienceActions({
        ...page,
        client,
        goTo: (to, id) =>
          void (to === 'audience'
            ? navigate({ to: '/audience/$id', params: { id } })
            : navigate({ to: '/new-audience', search: { draft: id } })),
      }),
    [client, navigate, page],
  )
}

const NO_PAGE = {}
