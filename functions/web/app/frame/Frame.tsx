import { Outlet, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef } from 'react'

import { useCell } from '../base/cell.ts'
import { whenIdle } from '../base/idle.ts'
import { AudienceTasks } from '../audiences/AudienceTasks.tsx'
import { listenForShortcuts } from '../actions/shortcuts.ts'
import { send_task } from '../distributions/send-task.ts'
import { BEHIND } from '../parts/cover-page.ts'
import { setDockPlace } from '../parts/Dock.tsx'
import { DRAWERS_ID } from '../parts/Drawer.tsx'
import { tour_stop } from '../pages/first-use/tour.ts'
import { Toast } from '../parts/Toast.tsx'
import { renewNotice } from '../session/notice.ts'
import { BottomBar } from './BottomBar.tsx'
import { everywhereItems } from './everywhere.ts'
import styles from './Frame.module.css'
import { open_dialog, sync_panel_open } from './layers.ts'
import { NoticeBanner } from './NoticeBanner.tsx'
import { path_before } from './path-before.ts'
import { listenForRegions } from './regions.ts'
import { SideBar } from './SideBar.tsx'
import { TopBar } from './TopBar.tsx'
import { useReadAhead } from './use-read-ahead.ts'

/** These are loaded once the page is there: they are wanted most when there is no connection. */
const importPanel = async () => ({ default: (await import('./SyncPanel.tsx')).SyncPanel })
const importDialog = async () => ({ default: (await import('./FrameDialog.tsx')).FrameDialog })
const importSend = async () => ({ default: (await import('../distributions/SendDialog.tsx')).SendDialog })
const SyncPanel = lazy(importPanel)
const FrameDialog = lazy(importDialog)
const SendDialog = lazy(importSend)
const Tour = lazy(async () => ({ default: (await import('../pages/first-use/Tour.tsx')).Tour }))

async function importLater(): Promise<void> {
  await Promise.allSettled([importPanel(), importDialog(), importSend()])
  performance.mark('later files loaded')
}

/** What stays when pages change: the bars, the sheet, and what opens over them. */
export function Frame() {
  const router = useRouter()
  const content = useRef<HTMLElement>(null)
  const dialog = useCell(open_dialog)
  const has_panel = useCell(sync_panel_open)
  const sending = useCell(send_task)
  const stop = useCell(tour_stop)
  useEffect(() => listenForShortcuts(() => everywhereItems(router)), [router])
  useEffect(() => listenForRegions(), [])
  useReadAhead()
  useEffect(() => whenIdle(() => void importLater()), [])
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (pathChanged) renewNotice()
        if (pathChanged && fromLocation) path_before.set(fromLocation.pathname)
        // A page that took the focus keeps it.
        const is_free = !content.current?.contains(document.activeElement)
        if (fromLocation && pathChanged && is_free) content.current?.focus({ preventScroll: true })
      }),
    [router],
  )
  return (
    <div className={styles.frame}>
      <button type="button" {...BEHIND} className={styles.skip} onClick={() => content.current?.focus()}>
        To the content
      </button>
      <SideBar />
      <div className={styles.sheet}>
        <TopBar />
        <main ref={content} id="content" tabIndex={-1} data-region {...BEHIND} className={styles.content}>
          <NoticeBanner />
          <Outlet />
        </main>
        <div ref={setDockPlace} {...BEHIND} />
        <div id={DRAWERS_ID} className={styles.drawers} />
      </div>
      <BottomBar />
      <Toast />
      <Suspense>
        {has_panel && <SyncPanel />}
        <AudienceTasks />
        {dialog && <FrameDialog open={dialog} />}
        {sending && <SendDialog task={sending} />}
        {stop !== undefined && <Tour at={stop} />}
      </Suspense>
    </div>
  )
}
