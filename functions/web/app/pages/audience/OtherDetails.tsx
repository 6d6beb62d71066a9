import { Link } from '@tanstack/react-router'

import { isObject } from '#shared/base/is-object.ts'
import { fieldInWords } from '../../audiences/field-words.ts'
import { valueInWords } from '../../audiences/differences.ts'
import { dayOf } from '../../format/dates.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import { useRecord } from '../../store/hooks.ts'
import type { Audience } from '../../store/records.ts'
import styles from './AudienceDetail.module.css'

/** Members that stand elsewhere on the page. */
const SHOWN_ELSEWHERE = new Set(['tags', 'campaign_id', 'sample'])

/** Everything else that was saved, also by other programs: nothing that is kept is hidden. */
export function OtherDetails({ audience }: { readonly audience: Audience }) {
  const { enhanced_name, natural_language_criteria, audience_size, insights, metadata, created_at } = audience
  const fields = { enhanced_name, natural_language_criteria, audience_size }
  const original_id = originalIdOf(metadata)
  const members = Object.entries(metadata).filter(
    ([name]) => !SHOWN_ELSEWHERE.has(name) && (name !== 'copied_from' || original_id === undefined),
  )
  const lines = [
    ['Created', dayOf(created_at)] as const,
    ...Object.entries(fields).map(([field, value]) => [fieldInWords(field), valueInWords(field, value)] as const),
    ['Insights', insights.length === 0 ? null : insights.join('\n')] as const,
    ...members.map(([name, value]) => [fieldInWords(`metadata.${name}`), valueInWords(name, value)] as const),
  ]
  return (
    <Card>
      <CardHead title="Other details" />
      <dl className={styles.others}>
        {original_id !== undefined && (
          <div>
            <dt>Copied from</dt>
            <dd dir="auto">
              <Original id={original_id} />
            </dd>
          </div>
        )}
        {lines.map(([label, value]) =>
          value === null ? null : (
            <div key={label}>
              <dt dir="auto">{label}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Card>
  )
}

/** @returns undefined: it is no copy, or another program says so in its own way */
function originalIdOf({ copied_from }: Audience['metadata']): string | undefined {
  const id: unknown = isObject(copied_from) ? copied_from['audience_id'] : undefined
  return typeof id === 'string' ? id : undefined
}

function Original({ id }: { readonly id: string }) {
  const { shown } = useRecord('audience', id)
  if (!shown || shown.is_deleted) return 'An audience that is gone'
  return (
    <Link to="/audience/$id" params={{ id }}>
      {shown.record.name}
    </Link>
  )
}
