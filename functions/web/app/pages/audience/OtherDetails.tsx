import { fieldInWords } from '../../audiences/field-words.ts'
import { valueInWords } from '../../audiences/differences.ts'
import { dayOf } from '../../format/dates.ts'
import { Card, CardHead } from '../../parts/Card.tsx'
import type { Audience } from '../../store/records.ts'
import styles from './AudienceDetail.module.css'

/** Members that stand elsewhere on the page. */
const SHOWN_ELSEWHERE = new Set(['tags', 'campaign_id', 'sample'])

/** Everything else that was saved, also by other programs: nothing that is kept is hidden. */
export function OtherDetails({ audience }: { readonly audience: Audience }) {
  const { enhanced_name, natural_language_criteria, audience_size, insights, metadata, created_at } = audience
  const fields = { enhanced_name, natural_language_criteria, audience_size }
  const members = Object.entries(metadata).filter(([name]) => !SHOWN_ELSEWHERE.has(name))
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
