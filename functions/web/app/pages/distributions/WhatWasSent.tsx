import { Link } from '@tanstack/react-router'

import type { AudienceSnapshot } from '#shared/records/distribution.ts'
import { numberOf } from '../../format/numbers.ts'
import { UNKNOWN } from '../../format/words.ts'
import { Strip } from '../../parts/Strip.tsx'
import { useRecord } from '../../store/hooks.ts'
import { segmentsSent, type Send } from './sends.ts'
import styles from './SendRecord.module.css'
import { SinceSent } from './SinceSent.tsx'
import type { SendDetails } from './use-details.ts'

/** The frozen copy of the audience: what was sent stays what it was. */
export function WhatWasSent({ send, details }: { readonly send: Send; readonly details: SendDetails }) {
  const { record } = send.shown
  const { audience_id, segments_distributed } = record
  const audience = useRecord('audience', audience_id).shown
  const snapshot = details.state === 'known' ? details.snapshot : null
  const has_changed =
    snapshot && audience && !audience.is_deleted && (audience.waiting > 0 || audience.record.version > snapshot.version)
  return (
    <section aria-labelledby="what-was-sent" className={styles.sent}>
      <h2 id="what-was-sent" className={styles.title}>
        {record.status === 'scheduled' ? 'What is to be sent' : 'What was sent'}
      </h2>
      {details.state === 'unknown' && <p className={styles.hint}>{details.words}</p>}
      {snapshot && (
        <>
          <p className={styles.hint}>
            {segmentsSent(record, snapshot)}, a frozen copy: version {snapshot.version}.{' '}
            {audience &&
              audience.record.version > snapshot.version &&
              `The audience is at version ${audience.record.version} now.`}
          </p>
          <Segments snapshot={snapshot} only={segments_distributed} />
          {has_changed && <SinceSent distribution={record} snapshot={snapshot} audience={audience} />}
        </>
      )}
      {details.state !== 'loading' && audience && !audience.is_deleted && (
        <Link to="/audience/$id" params={{ id: audience.id }} className={styles.link}>
          Open the audience
        </Link>
      )}
    </section>
  )
}

/** @param only ids of those that were sent; none: all */
function Segments({ snapshot, only }: { readonly snapshot: AudienceSnapshot; readonly only: readonly unknown[] }) {
  const segments = snapshot.segments
    .filter(({ segment_id }) => only.length === 0 || only.includes(segment_id))
    .map(({ segment_id, name, size }) => ({
      name: typeof name === 'string' && name !== '' ? name : `Segment ${String(segment_id)}`,
      size: typeof size === 'number' ? size : null,
    }))
  if (segments.length === 0) return <p className={styles.hint}>It had no segments.</p>
  return (
    <>
      <Strip parts={segments.map(({ name, size }) => ({ name, size: size ?? 0 }))} />
      <ul className={styles.segments}>
        {segments.map(({ name, size }, at) => (
          <li key={at}>
            <span dir="auto">{name}</span>
            <span className={size === null ? styles.unknown : styles.number}>
              {size === null ? UNKNOWN.size : numberOf(size)}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}
