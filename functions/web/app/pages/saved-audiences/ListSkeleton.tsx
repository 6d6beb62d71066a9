import { Skeleton, WhileUnknown } from '../../parts/Skeleton.tsx'
import card_styles from './AudienceCard.module.css'
import type { View } from './search.ts'
import styles from './ListSkeleton.module.css'

const CARDS = 6
const ROWS = 8

/** The list in its final size, until the first records have come. */
export function ListSkeleton({ view }: { readonly view: View }) {
  return (
    <WhileUnknown label="Your audiences are being loaded">
      {view === 'cards' ? (
        <div className={styles.cards}>
          {Array.from({ length: CARDS }, (_, at) => (
            <div key={at} className={card_styles.card}>
              <Skeleton width={96} height={16} />
              <div className={styles.gap} />
              <Skeleton width="80%" height={20} />
              <div className={styles.small_gap} />
              <Skeleton width="95%" height={14} />
              <div className={styles.rest} />
              <Skeleton width={140} height={28} />
              <div className={styles.small_gap} />
              <Skeleton width="100%" height={8} />
              <div className={styles.gap} />
              <Skeleton width="60%" height={24} />
              <div className={styles.foot} />
            </div>
          ))}
        </div>
      ) : (
        <div className={styles.rows}>
          {Array.from({ length: ROWS }, (_, at) => (
            <div key={at} className={styles.row}>
              <Skeleton width="40%" height={16} />
              <Skeleton width={96} height={16} />
              <Skeleton width={96} height={16} />
            </div>
          ))}
        </div>
      )}
    </WhileUnknown>
  )
}
