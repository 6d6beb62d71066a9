import { ArrowLeft, ArrowRight, X } from 'lucide-react'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'react'

import { Button, IconButton } from '../../parts/Button.tsx'
import { placeBeside } from '../../parts/place-beside.ts'
import styles from './Tour.module.css'
import { endTour, TOUR_STOPS, tour_stop, type TourStop } from './tour.ts'

/** A word about each of four places, beside it. Escape ends it, arrows move; the focus returns to where it began. */
export function Tour({ at }: { readonly at: number }) {
  const stop = TOUR_STOPS[at]
  const layer = useRef<HTMLDivElement>(null)
  const ring = useRef<HTMLDivElement>(null)
  const id = useId()
  const [began_at] = useState(() => document.activeElement)

  useLayoutEffect(() => {
    const [shown, mark] = [layer.current, ring.current]
    if (!shown || !mark || !stop) return
    const place = () => {
      const target = targetOf(stop)
      mark.hidden = !target
      if (!target) return
      surround(mark, target)
      placeBeside(shown, target, { side: 'below', align: 'start' })
    }
    for (const element of [mark, shown]) if (!element.matches(':popover-open')) element.showPopover()
    place()
    shown.querySelector('h2')?.focus()
    window.addEventListener('resize', place)
    return () => window.removeEventListener('resize', place)
  }, [stop])
  useEffect(
    () => () => {
      if (began_at instanceof HTMLElement && began_at.isConnected) began_at.focus()
    },
    [began_at],
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const is_within = event.target instanceof Node && layer.current?.contains(event.target)
      if (event.key !== 'Escape' && !is_within) return
      const next = nextStop(event.key, at)
      if (next === at) return
      event.preventDefault()
      event.stopPropagation()
      tour_stop.set(next)
    }
    document.addEventListener('keydown', onKey, true)
    return () => document.removeEventListener('keydown', onKey, true)
  }, [at])

  if (!stop) return null
  const is_last = at === TOUR_STOPS.length - 1
  return (
    <>
      <div ref={ring} popover="manual" aria-hidden className={styles.ring} />
      <div ref={layer} popover="manual" role="dialog" aria-labelledby={id} className={styles.stop}>
        <div className={styles.head}>
          <h2 id={id} tabIndex={-1} className={styles.title}>
            {stop.title}
          </h2>
          <IconButton icon={X} size="small" label="End the tour" onClick={endTour} />
        </div>
        <p className={styles.words}>{stop.words}</p>
        <div className={styles.foot}>
          <span className={styles.count}>
            {at + 1} of {TOUR_STOPS.length}
          </span>
          {at > 0 && (
            <Button kind="quiet" size="small" icon={ArrowLeft} onClick={() => tour_stop.set(at - 1)}>
              Back
            </Button>
          )}
          {is_last ? (
            <Button kind="primary" size="small" onClick={endTour}>
              End the tour
            </Button>
          ) : (
            <Button kind="primary" size="small" icon={ArrowRight} onClick={() => tour_stop.set(at + 1)}>
              Next
            </Button>
          )}
        </div>
      </div>
    </>
  )
}

const RING_PX = 4

/** @returns undefined where the key ends the tour, the same stop where it has no meaning */
function nextStop(key: string, at: number): number | undefined {
  if (key === 'Escape') return undefined
  if (key === 'ArrowRight') return Math.min(at + 1, TOUR_STOPS.length - 1)
  if (key === 'ArrowLeft') return Math.max(at - 1, 0)
  return at
}

function targetOf({ at }: TourStop): Element | undefined {
  return at
    .flatMap((selector) => [...document.querySelectorAll(selector)])
    .find((element) => element.getClientRects().length > 0)
}

function surround(ring: HTMLElement, target: Element): void {
  const { left, top, width, height } = target.getBoundingClientRect()
  ring.style.left = `${left - RING_PX}px`
  ring.style.top = `${top - RING_PX}px`
  ring.style.width = `${width + 2 * RING_PX}px`
  ring.style.height = `${height + 2 * RING_PX}px`
}
