import { TextArea } from '../../../parts/Field.tsx'
import { SuggestionChip } from '../../../parts/Chip.tsx'
import { STARTS } from '../model/starts.ts'
import type { StepProps } from './step-props.ts'
import styles from './DescribeStep.module.css'
import { OtherDrafts } from './OtherDrafts.tsx'
import { StepHead } from './StepHead.tsx'

/** What the user wants, in their own words. */
export function DescribeStep({ draft, change, faultOf, onLeave }: StepProps) {
  return (
    <>
      <StepHead step="describe" />
      <TextArea
        label="Describe your audience"
        hint="In your own words. You then pick variables, check the segments and their sizes, and save."
        error={faultOf('words')}
        name="words"
        rows={6}
        dir="auto"
        placeholder="For example: people who moved in the last six months and own a dog or a cat"
        value={draft.words}
        onChange={({ currentTarget: { value } }) => change((before) => ({ ...before, words: value }))}
        onBlur={() => onLeave('words')}
      />
      {draft.words === '' && (
        <div className={styles.starts}>
          <span>Or start from:</span>
          {STARTS.map(({ words, text }) => (
            <SuggestionChip key={words} onChoose={() => change((before) => ({ ...before, words: text }))}>
              {words}
            </SuggestionChip>
          ))}
        </div>
      )}
      <OtherDrafts />
    </>
  )
}
