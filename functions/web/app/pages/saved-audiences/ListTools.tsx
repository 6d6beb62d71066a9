import { ArrowDownNarrowWide, LayoutGrid, Rows3, SlidersHorizontal, Tags } from 'lucide-react'
import { Suspense, useMemo, useState, type ReactNode } from 'react'

import { useAllRead } from '../../audiences/use-all-read.ts'
import { tagCounts } from '../../audiences/tag-counts.ts'
import { audience_task } from '../../audiences/tasks.ts'
import { PHONE, useMedia } from '../../base/media.ts'
import { AUDIENCE_STATUS } from '../../format/status.ts'
import { dataTypeOf } from '../../format/words.ts'
import { numberOf } from '../../format/numbers.ts'
import { Button, IconButton } from '../../parts/Button.tsx'
import { Checkbox } from '../../parts/Checkbox.tsx'
import { FilterChip } from '../../parts/Chip.tsx'
import { Menu } from '../../parts/Menu.tsx'
import { Popover } from '../../parts/Popover.tsx'
import { SearchField } from '../../parts/SearchField.tsx'
import { Segmented } from '../../parts/Segmented.tsx'
import styles from './ListTools.module.css'
import {
  filterCount,
  SORT_WORDS,
  SORTS,
  STATUS_FILTERS,
  toggled,
  TYPE_FILTERS,
  withoutFilters,
  type ListQuery,
} from './search.ts'
import type { ShownAudience } from './select-audiences.ts'

interface ListToolsProps {
  readonly query: ListQuery
  /** As it is typed, before the address has it. */
  readonly text: string
  /** Those of the tab, whose tags can be chosen. */
  readonly audiences: readonly ShownAudience[]
  readonly onText: (text: string) => void
  readonly onQuery: (query: ListQuery) => void
}

const VIEW_CHOICES = [
  { value: 'cards', words: 'Cards', icon: LayoutGrid },
  { value: 'table', words: 'Table', icon: Rows3 },
] as const

/** What narrows the list, orders it, and how it looks. On phones all but the search is behind one button. */
export function ListTools({ query, text, audiences, onText, onQuery }: ListToolsProps) {
  const is_phone = useMedia(PHONE)
  const search = <SearchField label="Search name or description" value={text} onValue={onText} />
  if (is_phone) {
    return (
      <div className={styles.tools}>
        {search}
        <PhoneTools {...{ query, audiences, onQuery }} />
      </div>
    )
  }
  return (
    <div className={styles.tools}>
      {search}
      <div className={styles.filters}>
        <StatusFilter {...{ query, onQuery }} />
        <FilterPopover words="Type">
          <TypeChoices {...{ query, onQuery }} />
        </FilterPopover>
        <FilterPopover words="Tag">
          <TagChoices {...{ query, audiences, onQuery }} />
          <Button kind="quiet" size="small" icon={Tags} onClick={() => audience_task.set({ kind: 'tag-manager' })}>
            Manage tags
          </Button>
        </FilterPopover>
      </div>
      <div className={styles.looks}>
        <Menu
          label="Order"
          items={SORTS.map((sort) => ({
            id: sort,
            words: SORT_WORDS[sort],
            is_chosen: sort === query.sort,
            onSelect: () => onQuery({ ...query, sort }),
          }))}
        >
          {(trigger) => (
            <Button kind="quiet" icon={ArrowDownNarrowWide} {...trigger}>
              {SORT_WORDS[query.sort]}
            </Button>
          )}
        </Menu>
        <Segmented
          label="View"
          is_icons_only
          choices={VIEW_CHOICES}
          value={query.view}
          onValue={(view) => onQuery({ ...query, view })}
        />
      </div>
    </div>
  )
}

interface ChoicesProps {
  readonly query: ListQuery
  readonly onQuery: (query: ListQuery) => void
}

type TagChoicesProps = ChoicesProps & Pick<ListToolsProps, 'audiences'>

/** Archived audiences have one status only. */
function StatusFilter({ query, onQuery }: ChoicesProps) {
  if (query.tab === 'archived') return null
  return (
    <FilterPopover words="Status">
      <StatusChoices {...{ query, onQuery }} />
    </FilterPopover>
  )
}

function FilterPopover({ words, children }: { readonly words: string; readonly children: ReactNode }) {
  const [is_open, setOpen] = useState(false)
  return (
    <Popover
      is_open={is_open}
      onClose={() => setOpen(false)}
      trigger={
        <Button aria-expanded={is_open} aria-haspopup="dialog" onClick={() => setOpen(!is_open)}>
          {words}
        </Button>
      }
    >
      <div className={styles.choices} role="group" aria-label={words}>
        {children}
      </div>
    </Popover>
  )
}

function StatusChoices({ query, onQuery }: ChoicesProps) {
  return STATUS_FILTERS.map((status) => (
    <Checkbox
      key={status}
      className={styles.choice}
      label={AUDIENCE_STATUS[status].words}
      checked={query.status.includes(status)}
      onChange={() => onQuery({ ...query, status: toggled(query.status, status) })}
    />
  ))
}

function TypeChoices({ query, onQuery }: ChoicesProps) {
  return TYPE_FILTERS.map((type) => (
    <Checkbox
      key={type}
      className={styles.choice}
      label={typeInWords(type)}
      checked={query.type.includes(type)}
      onChange={() => onQuery({ ...query, type: toggled(query.type, type) })}
    />
  ))
}

/** The tags are counted when somebody looks at them: every audience is read for it. */
function TagChoices(props: TagChoicesProps) {
  return (
    <Suspense fallback={<p className={styles.none}>Counting…</p>}>
      <CountedTags {...props} />
    </Suspense>
  )
}

function CountedTags({ query, audiences, onQuery }: TagChoicesProps) {
  useAllRead(audiences)
  const tags = useMemo(() => tagCounts(audiences), [audiences])
  // A tag of the address stays choosable, also when no audience has it any more.
  const gone = query.tag.filter((tag) => !tags.some(([other]) => other === tag)).map((tag) => [tag, 0] as const)
  const all = [...gone, ...tags]
  if (all.length === 0) return <p className={styles.none}>No audience has a tag yet.</p>
  return all.map(([tag, count]) => (
    <Checkbox
      key={tag}
      className={styles.choice}
      label={`${tag} (${numberOf(count)})`}
      checked={query.tag.includes(tag)}
      onChange={() => onQuery({ ...query, tag: toggled(query.tag, tag) })}
    />
  ))
}

function PhoneTools({ query, audiences, onQuery }: TagChoicesProps) {
  const [is_open, setOpen] = useState(false)
  const count = filterCount({ ...query, q: '' })
  return (
    <Popover
      is_open={is_open}
      onClose={() => setOpen(false)}
      trigger={
        <IconButton
          icon={SlidersHorizontal}
          kind="plain"
          label={count === 0 ? 'Filters, order and view' : `Filters, order and view: ${count} on`}
          is_on={count > 0}
          aria-expanded={is_open}
          onClick={() => setOpen(!is_open)}
        />
      }
    >
      <div className={styles.sheet}>
        <Segmented
          label="View"
          choices={VIEW_CHOICES}
          value={query.view}
          onValue={(view) => onQuery({ ...query, view })}
        />
        <label className={styles.order}>
          Order
          <select
            value={query.sort}
            onChange={({ currentTarget: { value } }) =>
              onQuery({ ...query, sort: SORTS.find((sort) => sort === value) ?? query.sort })
            }
          >
            {SORTS.map((sort) => (
              <option key={sort} value={sort}>
                {SORT_WORDS[sort]}
              </option>
            ))}
          </select>
        </label>
        {query.tab !== 'archived' && (
          <fieldset className={styles.choices}>
            <legend>Status</legend>
            <StatusChoices {...{ query, onQuery }} />
          </fieldset>
        )}
        <fieldset className={styles.choices}>
          <legend>Type</legend>
          <TypeChoices {...{ query, onQuery }} />
        </fieldset>
        <fieldset className={styles.choices}>
          <legend>Tag</legend>
          <TagChoices {...{ query, audiences, onQuery }} />
        </fieldset>
        <Button onClick={() => setOpen(false)}>Show the list</Button>
      </div>
    </Popover>
  )
}

/** The filters that are on, each with its way off. */
export function FilterChips({ query, onQuery }: ChoicesProps) {
  const { status, type, tag } = query
  if (status.length + type.length + tag.length === 0) return null
  return (
    <div className={styles.chips} role="group" aria-label="Filters that are on">
      {status.map((one) => (
        <FilterChip
          key={one}
          words={`Status: ${AUDIENCE_STATUS[one].words}`}
          onRemove={() => onQuery({ ...query, status: toggled(status, one) })}
        />
      ))}
      {type.map((one) => (
        <FilterChip
          key={one}
          words={`Type: ${typeInWords(one)}`}
          onRemove={() => onQuery({ ...query, type: toggled(type, one) })}
        />
      ))}
      {tag.map((one) => (
        <FilterChip key={one} words={`Tag: ${one}`} onRemove={() => onQuery({ ...query, tag: toggled(tag, one) })} />
      ))}
      <button type="button" className={styles.clear} onClick={() => onQuery(withoutFilters(query))}>
        Clear filters
      </button>
    </div>
  )
}

function typeInWords(type: (typeof TYPE_FILTERS)[number]): string {
  return dataTypeOf(type === 'none' ? null : type).words
}
