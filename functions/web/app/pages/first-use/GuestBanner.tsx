import { User } from 'lucide-react'
import { useState } from 'react'

import { keep, kept } from '../../base/kept.ts'
import { Banner } from '../../parts/Banner.tsx'
import { ButtonLink } from '../../parts/Button.tsx'
import { useSession } from '../../session/use-session.ts'

const KEPT_CLOSED = 'guest-banner'

/** What it means to be a guest, in one sentence, until it is closed. */
export function GuestBanner() {
  const { account, config } = useSession()
  const [is_closed, setClosed] = useState(() => kept(KEPT_CLOSED) !== null)
  if (account || is_closed || config.sign_in.kind === 'none') return null
  const close = () => {
    keep(KEPT_CLOSED, 'closed')
    setClosed(true)
  }
  return (
    <Banner
      tone="guest"
      icon={User}
      onClose={close}
      actions={
        <ButtonLink size="small" to="/sign-in">
          Sign in
        </ButtonLink>
      }
    >
      You work as a guest: everything stays in this browser, on this device. Sign in to keep it and open it elsewhere;
      your work comes along.
    </Banner>
  )
}
