import { PHONE } from '../base/media.ts'

/** What of the frame has this attribute is behind what fills the screen of a phone. */
export const BEHIND = { 'data-behind': true } as const

let covers_count = 0

/** Takes what is behind out of use, for as long as the window has the width of a phone. @returns ends that */
export function coverPageOnPhones(): () => void {
  const phone = matchMedia(PHONE)
  let uncover: (() => void) | undefined
  const follow = () => {
    uncover?.()
    uncover = phone.matches ? cover() : undefined
  }
  follow()
  phone.addEventListener('change', follow)
  return () => {
    phone.removeEventListener('change', follow)
    uncover?.()
  }
}

function cover(): () => void {
  covers_count += 1
  markBehind()
  return () => {
    covers_count -= 1
    markBehind()
  }
}

function markBehind(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-behind]')) element.inert = covers_count > 0
}
