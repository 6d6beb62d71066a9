import { useLayoutEffect, useState, type RefObject } from 'react'

/** How wide an element is, in pixels; 0 until it is there. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const about = element.current
    if (!about) return
    // The first picture has it already.
    // oxlint-disable-next-line react/set-state-in-effect
    setWidth(about.clientWidth)
    const observer = new ResizeObserver(() => setWidth(about.clientWidth))
    observer.observe(about)
    return () => observer.disconnect()
  }, [element])
  return width
}
