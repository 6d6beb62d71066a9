import { useRouter } from '@tanstack/react-router'
import { useMemo } from 'react'

import { offered } from '../actions/action.ts'
import { offers } from '../actions/offers.ts'
import { wantDeed } from '../actions/wanted-deed.ts'
import { useAudienceActions } from '../audiences/use-audience-actions.ts'
import { useCell } from '../base/cell.ts'
import { askToSend } from '../distributions/send-task.ts'
import { sendActions } from '../pages/distributions/send-actions.ts'
import { sendsOf } from '../pages/distributions/sends.ts'
import { platformActions } from '../pages/platforms/platform-actions.ts'
import { useClient, useRecords } from '../store/hooks.ts'
import type { Shown } from '../store/records.ts'
import { everywhereItems } from './everywhere.ts'
import {
  actionsOn,
  firstActions,
  foundRecords,
  matching,
  wordsItems,
  type Findable,
  type PaletteGroup,
  type PaletteItem,
} from './palette-items.ts'

type GoTo = (to: string, search?: Readonly<Record<string, string>>) => void

/** What the palette lists. @param chosen the record whose actions are listed instead */
export function usePaletteGroups(text: string, chosen: PaletteItem | undefined): readonly PaletteGroup[] {
  const router = useRouter()
  const here = useCell(offers)
  const goTo: GoTo = useMemo(() => (to, search) => void router.navigate({ to, ...(search && { search }) }), [router])
  const findable = useFindable(goTo)
  return useMemo(() => {
    if (chosen) {
      const { title, items } = actionsOn(chosen)
      return [{ title, items: matching(items, text) }].filter(({ items: left }) => left.length > 0)
    }
    const everywhere = everywhereItems(router).filter(({ id }) => id !== 'palette')
    const found = foundRecords(text, findable, goTo)
    const first = firstActions(found)
    return [
      ...found,
      ...first,
      ...here
        .filter(({ title }) => first.every((group) => group.title !== title))
        .map(({ title, items }) => ({ title, items: matching(items, text) })),
      {
        title: 'Everywhere',
        items: [...matching(everywhere, text), ...wordsItems(text, goTo)],
      },
    ].filter(({ items }) => items.length > 0)
  }, [router, here, findable, goTo, text, chosen])
}

/** What only a page can do is done there. */
function useFindable(goTo: GoTo): Findable {
  const client = useClient()
  const audience_actions = useAudienceActions()
  const audiences = useRecords('audience').records
  const platforms = useRecords('platform').records
  const distributions = useRecords('distribution').records
  return useMemo(() => {
    const onPlatforms =
      (action_id: string) =>
      ({ id }: Shown<'platform'>) => {
        wantDeed({ noun: 'platform', id, action_id })
        goTo('/platforms')
      }
    const platform_actions = platformActions({
      onSend: ({ id }) => askToSend({ platform_id: id }),
      onTest: onPlatforms('test'),
      onKeys: onPlatforms('keys'),
      onEdit: onPlatforms('edit'),
      onConnect: onPlatforms('connect'),
      onDisconnect: onPlatforms('disconnect'),
      onHistory: onPlatforms('history'),
      onDuplicate: onPlatforms('duplicate'),
      onDelete: onPlatforms('delete'),
    })
    const send_actions = sendActions({
      client,
      onMove: ({ id }) => {
        wantDeed({ noun: 'distribution', id, action_id: 'move' })
        goTo('/distributions', { id })
      },
    })
    return {
      audiences,
      platforms,
      sends: sendsOf(distributions, audiences, platforms),
      actionsOf: {
        audience: (audience) => offered(audience_actions, [audience]),
        platform: (platform) => offered(platform_actions, [platform]),
        send: (send) => offered(send_actions, [send]),
      },
    }
  }, [client, goTo, audience_actions, audiences, platforms, distributions])
}
