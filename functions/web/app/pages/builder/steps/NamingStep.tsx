import { useMemo } from 'react'

import { TextField } from '../../../parts/Field.tsx'
import { useRecords } from '../../../store/hooks.ts'
import { tagsOf } from '../../../store/records.ts'
import { LENGTHS } from '../model/checks.ts'
import { nameOf } from '../model/draft.ts'
import { TagField } from './TagField.tsx'
import styles from './NamingStep.module.css'
import { StepHead } from './StepHead.tsx'
import type { StepProps } from './step-props.ts'

const CAMPAIGNS_ID = 'known-campaigns'

/** What it is called, and what finds it again. */
export function NamingStep({ draft, change, faultOf, onLeave }: StepProps) {
  const { records } = useRecords('audience')
  const tags = useMemo(() => known(records.flatMap(({ record }) => tagsOf(record))), [records])
  const campaigns = useMemo(
    () => known(records.map(({ record }) => record.metadata['campaign_id']).filter((one) => typeof one === 'string')),
    [records],
  )
  const proposed = nameOf({ ...draft, name: '' })
  return (
    <>
      <StepHead step="naming" />
      <div className={styles.fields}>
        <TextField
          label="Name"
          hint={
            proposed === ''
              ? 'Up to 200 characters'
              : 'Up to 200 characters. Without one it is the beginning of your description.'
          }
          error={faultOf('name')}
          name="name"
          dir="auto"
          autoComplete="off"
          placeholder={proposed}
          value={draft.name}
          onChange={({ currentTarget: { value } }) => change((before) => ({ ...before, name: value }))}
          onBlur={() => onLeave('name')}
        />
        <TextField
          label="Campaign"
          hint="The campaign that it is for, as your other tools name it"
          name="campaign"
          dir="auto"
          autoComplete="off"
          list={CAMPAIGNS_ID}
          maxLength={LENGTHS.campaign}
          value={draft.campaign}
          onChange={({ currentTarget: { value } }) => change((before) => ({ ...before, campaign: value }))}
        />
        <datalist id={CAMPAIGNS_ID}>
          {campaigns.map((campaign) => (
            <option key={campaign}>{campaign}</option>
          ))}
        </datalist>
        <TagField
          tags={draft.tags}
          known={tags}
          onTags={(edit) => change((before) => ({ ...before, tags: [...edit(before.tags)] }))}
        />
      </div>
    </>
  )
}

/** Each once, in the order of the alphabet. */
function known(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted((one, other) => one.localeCompare(other))
}
