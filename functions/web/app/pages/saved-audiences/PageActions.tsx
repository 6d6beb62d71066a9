import { Download, Ellipsis, LayoutGrid, Plus, Rows3, Tags, Upload } from 'lucide-react'
import { useMemo } from 'react'

import { useOffer } from '../../actions/offers.ts'
import { audience_task } from '../../audiences/tasks.ts'
import { PHONE, useMedia } from '../../base/media.ts'
import { Button, ButtonLink, IconButton } from '../../parts/Button.tsx'
import { Menu, type MenuItem } from '../../parts/Menu.tsx'
import { showToast } from '../../parts/toasts.ts'
import type { ListQuery } from './search.ts'
import type { ShownAudience } from './select-audiences.ts'

/** What can be done with the whole list: the first row of the page, and the palette. */
export function PageActions({
  audiences,
  query,
  onQuery,
}: {
  readonly audiences: readonly ShownAudience[]
  readonly query: ListQuery
  readonly onQuery: (query: ListQuery) => void
}) {
  const is_phone = useMedia(PHONE)
  const files: readonly MenuItem[] = useMemo(() => {
    const onImport = () => audience_task.set({ kind: 'import' })
    const onExport = () => {
      if (audiences.length === 0) showToast({ words: 'There is nothing to export yet' })
      else audience_task.set({ kind: 'export', subjects: audiences })
    }
    const onTags = () => audience_task.set({ kind: 'tag-manager' })
    return [
      { id: 'import', words: 'Import', icon: Upload, onSelect: onImport },
      { id: 'export-all', words: 'Export', icon: Download, onSelect: onExport },
      { id: 'tag-manager', words: 'Manage tags', icon: Tags, onSelect: onTags },
    ]
  }, [audiences])
  const offer = useMemo(() => {
    const is_table = query.view === 'table'
    const view: MenuItem = {
      id: 'view',
      words: is_table ? 'Show as cards' : 'Show as a table',
      icon: is_table ? LayoutGrid : Rows3,
      keys: 'v',
      onSelect: () => onQuery({ ...query, view: is_table ? 'cards' : 'table' }),
    }
    const all = files.map((item) => (item.id === 'export-all' ? { ...item, words: 'Export all audiences' } : item))
    return { title: 'On this list', items: query.tab === 'drafts' ? all : [view, ...all] }
  }, [files, query, onQuery])
  useOffer(offer)
  return (
    <>
      {is_phone ? (
        <Menu label="More" items={files}>
          {(trigger) => <IconButton icon={Ellipsis} label="More" kind="plain" {...trigger} />}
        </Menu>
      ) : (
        // The tags are managed where they filter.
        files
          .filter(({ id }) => id !== 'tag-manager')
          .map(({ id, words, icon, onSelect }) => (
            <Button key={id} {...(icon && { icon })} onClick={onSelect}>
              {words}
            </Button>
          ))
      )}
      <ButtonLink kind="primary" icon={Plus} to="/new-audience">
        New audience
      </ButtonLink>
    </>
  )
}
