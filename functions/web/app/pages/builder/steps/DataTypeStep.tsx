import { dataTypeOf } from '../../../format/words.ts'
import { Icon } from '../../../parts/Icon.tsx'
import { DATA_TYPES, type DataType } from '../model/draft.ts'
import type { StepProps } from './step-props.ts'
import styles from './DataTypeStep.module.css'
import { StepHead } from './StepHead.tsx'

const MEANINGS: Readonly<Record<DataType, string>> = {
  first_party: 'Records that you collected yourself: customers, subscribers, visitors of your site and stores.',
  third_party: 'Records from a data provider, for people whom you do not know yet.',
  clean_room: 'Records matched with a partner in a place where neither of you sees the other’s.',
}

/** Whose records they are. */
export function DataTypeStep({ draft, change }: StepProps) {
  return (
    <>
      <StepHead step="data-type" />
      <fieldset className={styles.types}>
        <legend className="unseen">Data type</legend>
        {DATA_TYPES.map((data_type) => {
          const { words, icon } = dataTypeOf(data_type)
          return (
            <label key={data_type} className={styles.type}>
              <input
                type="radio"
                name="data_type"
                value={data_type}
                checked={draft.data_type === data_type}
                onChange={() => change((before) => ({ ...before, data_type }))}
              />
              <span className={styles.name}>
                <Icon of={icon} />
                {words}
              </span>
              <span className={styles.meaning}>{MEANINGS[data_type]}</span>
            </label>
          )
        })}
      </fieldset>
    </>
  )
}
