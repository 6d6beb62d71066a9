import { REFUSED } from '../../format/status.ts'
import { StatusLabel, StatusWord } from '../../parts/StatusWord.tsx'
import type { Send } from './sends.ts'

/** The status of a distribution; of one that the service did not take, that. */
export function SendStatus({ send: { refused, shown } }: { readonly send: Send }) {
  if (refused) return <StatusLabel look={REFUSED} />
  return <StatusWord noun="distribution" status={shown.record.status} />
}
