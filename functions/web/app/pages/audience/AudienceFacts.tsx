import { handOverFacts } from '../../audiences/hand-over-facts.ts'
import { countOf, numberOf, percentOf } from '../../format/numbers.ts'
import { matchRateOf, UNKNOWN } from '../../format/words.ts'
import { Fact, Facts } from '../../parts/Facts.tsx'
import { useRecords } from '../../store/hooks.ts'
import { sizeOf, type Audience, type Shown } from '../../store/records.ts'

/** The numbers of an audience. What nobody has reported is a word. */
export function AudienceFacts({
  audience,
  distributions,
}: {
  readonly audience: Audience
  /** The latest first. */
  readonly distributions: readonly Shown<'distribution'>[]
}) {
  const { records: platforms } = useRecords('platform')
  const size = sizeOf(audience)
  const { segments, selected_variables, variable_details } = audience
  const sent = distributions.map((distribution) => handOverFacts(distribution, platforms))
  const [best] = sent
    .filter(({ match_rate }) => match_rate !== null)
    .toSorted((one, other) => other.match_rate! - one.match_rate!)
  const [latest] = sent
  const variable_count = Math.max(selected_variables.length, variable_details.length)
  return (
    <Facts>
      <Fact
        name="Records"
        value={size === null ? UNKNOWN.size : numberOf(size)}
        is_unknown={size === null}
        context={sizeContext(audience)}
      />
      <Fact
        name="Segments"
        value={segments.length === 0 ? 'No segments yet' : numberOf(segments.length)}
        is_unknown={segments.length === 0}
        context={variable_count === 0 ? 'No variables yet' : countOf(variable_count, 'variable')}
      />
      <Fact
        name="Best match rate"
        value={matchRateOf(best?.match_rate ?? null)}
        is_unknown={!best}
        context={best?.platform_name}
      />
      {latest ? (
        <Fact
          name={`${latest.platform_name} match rate`}
          value={matchRateOf(latest.match_rate)}
          is_unknown={latest.match_rate === null}
          context={latest.estimated_rate === null ? undefined : `Estimate ${percentOf(latest.estimated_rate)}`}
        />
      ) : (
        <Fact name="Sent" value={UNKNOWN.sent} is_unknown />
      )}
    </Facts>
  )
}

function sizeContext(audience: Audience): string | undefined {
  const { segments, total_audience_size } = audience
  const unknown_count = segments.filter(({ size }) => typeof size !== 'number').length
  if (unknown_count > 0) return countOf(unknown_count, 'segment of unknown size', 'segments of unknown size')
  return total_audience_size === null && sizeOf(audience) !== null ? 'Its segments together' : undefined
}
