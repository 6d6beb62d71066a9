import { Pencil } from 'lucide-react'
import { useState, type SubmitEvent } from 'react'

import type { JsonRecord } from '#shared/client/store/entries.ts'
import { audience_task } from '../../audiences/tasks.ts'
import { DATA_TYPES } from '../../format/words.ts'
import { Button } from '../../parts/Button.tsx'
import { Card, CardHead } from '../../parts/Card.tsx'
import { Chip } from '../../parts/Chip.tsx'
import { Select, TextArea, TextField } from '../../parts/Field.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient } from '../../store/hooks.ts'
import { tagsOf, type Audience, type Shown } from '../../store/records.ts'
import styles from './AudienceDetail.module.css'

/** What the user said of it, and where it belongs: shown, and edited where it stands. */
export function Details({ shown }: { readonly shown: Shown<'audience'> }) {
  const { record } = shown
  const [is_editing, setEditing] = useState(false)
  const campaign = campaignOf(record)
  const tags = [...new Set(tagsOf(record))]
  const words = record.description ?? record.original_query
  return (
    <Card>
      <CardHead title="In your words">
        {!is_editing && (
          <Button kind="quiet" size="small" icon={Pencil} onClick={() => setEditing(true)}>
            Edit
          </Button>
        )}
      </CardHead>
      {is_editing ? (
        <DetailsForm shown={shown} onDone={() => setEditing(false)} />
      ) : (
        <>
          {words === null || words === '' ? (
            <p className={styles.nothing}>No description yet</p>
          ) : (
            <p className={styles.text} dir="auto">
              {words}
            </p>
          )}
          {record.description !== null && record.original_query !== null && record.original_query !== words && (
            <p className={styles.secondary} dir="auto">
              Asked for: {record.original_query}
            </p>
          )}
          <div className={styles.chips}>
            {tags.map((tag) => (
              <Chip key={tag}>{tag}</Chip>
            ))}
            {campaign !== '' && <Chip>Campaign {campaign}</Chip>}
            <Button kind="quiet" size="small" onClick={() => audience_task.set({ kind: 'tags', subjects: [shown] })}>
              {tags.length === 0 ? 'Add tags' : 'Change tags'}
            </Button>
          </div>
        </>
      )}
    </Card>
  )
}

const DESCRIPTION_MAX = 5000

interface FormValues {
  readonly description: string
  readonly data_type: string
  readonly campaign: string
}

function valuesOf(record: Audience): FormValues {
  return { description: record.description ?? '', data_type: record.data_type ?? '', campaign: campaignOf(record) }
}

const LABELS: Readonly<Record<keyof FormValues, string>> = {
  description: 'description',
  data_type: 'type',
  campaign: 'campaign',
}

function DetailsForm({ shown, onDone }: { readonly shown: Shown<'audience'>; readonly onDone: () => void }) {
  const client = useClient()
  const now = valuesOf(shown.record)
  const [before] = useState(now)
  const [values, setValues] = useState(now)
  const [fault, setFault] = useState<string>()
  const names = Object.keys(LABELS) as (keyof FormValues)[]
  const changed = names.filter((name) => values[name].trim() !== before[name])
  // Another tab or device has changed what is edited here.
  const elsewhere = names.filter((name) => now[name] !== before[name] && changed.includes(name))
  const change = (name: keyof FormValues) => (value: string) => setValues({ ...values, [name]: value })
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault()
    const { set, unset } = editOf(values, changed)
    const outcome = await client.change('audience', shown.id, { set, unset })
    if (!outcome.ok) return setFault(outcome.problem.message)
    onDone()
    if (outcome.seq === null) return
    const back = editOf(now, changed)
    const run = async () => {
      const undone = await client.change('audience', shown.id, back)
      if (!undone.ok) showToast({ words: `It could not be undone. ${undone.problem.message}` })
    }
    showToast({ words: 'Saved the changes', undo: { run } })
  }
  return (
    <form className={styles.form} onSubmit={(event) => void onSubmit(event)}>
      <TextArea
        label="Description"
        dir="auto"
        maxLength={DESCRIPTION_MAX}
        value={values.description}
        onChange={({ currentTarget }) => change('description')(currentTarget.value)}
        ref={focusOnce}
      />
      <Select
        label="Data type"
        value={values.data_type}
        onChange={({ currentTarget }) => change('data_type')(currentTarget.value)}
      >
        <option value="">Not chosen yet</option>
        {Object.entries(DATA_TYPES).map(([type, { words }]) => (
          <option key={type} value={type}>
            {words}
          </option>
        ))}
      </Select>
      <TextField
        label="Campaign"
        dir="auto"
        autoComplete="off"
        maxLength={200}
        value={values.campaign}
        onChange={({ currentTarget }) => change('campaign')(currentTarget.value)}
      />
      {elsewhere.map((name) => (
        <p key={name} role="status" className={styles.elsewhere}>
          The {LABELS[name]} was changed elsewhere meanwhile. It reads now: “<bdi>{now[name]}</bdi>”. Saving replaces
          it.
        </p>
      ))}
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
      <div className={styles.form_actions}>
        <Button kind="primary" type="submit">
          Save changes
        </Button>
        <Button kind="quiet" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

/** Only what was changed: two devices may edit different fields. */
function editOf(
  { description, data_type, campaign }: FormValues,
  names: readonly (keyof FormValues)[],
): { readonly set: JsonRecord; readonly unset: Readonly<Record<string, readonly string[]>> } {
  const [said, id] = [description.trim(), campaign.trim()]
  const has_campaign = names.includes('campaign')
  return {
    set: {
      ...(names.includes('description') && { description: said === '' ? null : said }),
      ...(names.includes('data_type') && { data_type: data_type === '' ? null : data_type }),
      ...(has_campaign && id !== '' && { metadata: { campaign_id: id } }),
    },
    unset: has_campaign && id === '' ? { metadata: ['campaign_id'] } : {},
  }
}

function campaignOf({ metadata }: Audience): string {
  const { campaign_id } = metadata
  return typeof campaign_id === 'string' ? campaign_id : ''
}

function focusOnce(area: HTMLTextAreaElement | null): void {
  area?.focus()
}
