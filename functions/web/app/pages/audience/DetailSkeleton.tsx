import { Skeleton, WhileUnknown } from '../../parts/Skeleton.tsx'
import styles from './AudienceDetail.module.css'

/** The page in its final size, until the audience has come. */
export function DetailSkeleton() {
  return (
    <WhileUnknown label="The audience is being loaded">
      <div className={styles.skeleton}>
        <Skeleton width={240} height={20} />
        <Skeleton width={360} height={32} />
        <Skeleton width="100%" height={110} />
        <Skeleton width="100%" height={320} />
        <Skeleton width="100%" height={180} />
      </div>
    </WhileUnknown>
  )
}
