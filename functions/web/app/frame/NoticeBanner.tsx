import { Info, TriangleAlert } from 'lucide-react'

import { useCell } from '../base/cell.ts'
import { Banner } from '../parts/Banner.tsx'
import { closeNotice, shown_notice } from '../session/notice.ts'
import styles from './NoticeBanner.module.css'

/** The operator's words above the page, until they are closed or over. */
export function NoticeBanner() {
  const notice = useCell(shown_notice)
  if (!notice) return null
  const is_warning = notice.level === 'warning'
  return (
    <div className={styles.place}>
      <Banner
        tone={is_warning ? 'limit' : 'notice'}
        icon={is_warning ? TriangleAlert : Info}
        onClose={() => closeNotice(notice)}
      >
        {notice.text}
      </Banner>
    </div>
  )
}
