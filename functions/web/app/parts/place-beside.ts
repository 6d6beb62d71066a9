/** Where a floating part stands: on which side of what it belongs to, and along which edge. */
export interface Place {
  readonly side: 'above' | 'below'
  readonly align: 'start' | 'center' | 'end'
}

const GAP_PX = 6
const EDGE_PX = 8

/** Puts a popover beside an element, on the other side where there is no room, and always inside the window. */
export function placeBeside(floating: HTMLElement, target: Element, { side, align }: Place): void {
  const { width, height } = floating.getBoundingClientRect()
  const about = target.getBoundingClientRect()
  const is_right_to_left = getComputedStyle(target).direction === 'rtl'
  const starts_left = align === 'start' ? !is_right_to_left : is_right_to_left
  const wanted_left =
    align === 'center' ? about.left + (about.width - width) / 2 : starts_left ? about.left : about.right - width
  const above = about.top - height - GAP_PX
  const below = about.bottom + GAP_PX
  const has_room_above = above >= EDGE_PX
  const has_room_below = below + height <= innerHeight - EDGE_PX
  const is_above = side === 'above' ? has_room_above || !has_room_below : !has_room_below && has_room_above
  const left = Math.max(EDGE_PX, Math.min(wanted_left, innerWidth - width - EDGE_PX))
  const top = Math.max(EDGE_PX, Math.min(is_above ? above : below, innerHeight - height - EDGE_PX))
  floating.style.left = `${left}px`
  floating.style.top = `${top}px`
}
