import { useState } from 'react'

import { dayOf } from '../../format/dates.ts'
import { Button } from '../../parts/Button.tsx'
import { showToast } from '../../parts/toasts.ts'
import { useClient } from '../../store/hooks.ts'
import type { Platform, Shown } from '../../store/records.ts'
import { replaceKeys } from './connection.ts'
import { CREDENTIAL_FORMS, missingOf, typedCredentials } from './credential-forms.ts'
import { CredentialFields } from './CredentialFields.tsx'
import styles from './KeysForm.module.css'
import { NoKeysHere, useKeysFault } from './NoKeysHere.tsx'

/** New keys for a platform, which are tested as soon as they are stored. */
export function KeysForm({
  platform: { id, record },
  onDone,
}: {
  readonly platform: Shown<'platform'>
  readonly onDone?: () => void
}) {
  const client = useClient()
  const form = CREDENTIAL_FORMS[record.platform_type]
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [fault, setFault] = useState<string>()
  const [is_busy, setBusy] = useState(false)
  const keys_fault = useKeysFault()
  if (keys_fault) return <NoKeysHere fault={keys_fault} />
  const onType = (name: string, value: string) => {
    setTyped({ ...typed, [name]: value })
    setErrors(Object.fromEntries(Object.entries(errors).filter(([other]) => other !== name)))
  }
  const onSubmit = async () => {
    const credentials = typedCredentials(form, typed)
    const missing = missingOf(form, credentials)
    setErrors(missing)
    setFault(undefined)
    if (Object.keys(missing).length > 0) return
    setBusy(true)
    const outcome = await replaceKeys(client, id, credentials)
    setBusy(false)
    if (outcome.ok) {
      showToast({ words: `${record.name} is connected.` })
      setTyped({})
      onDone?.()
    } else {
      setErrors(outcome.fields ?? {})
      setFault(outcome.words)
      // They are stored; what the test said is told above, with what to do.
      if (client.get('platform', id)?.record['status'] === 'error') onDone?.()
    }
  }
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!is_busy) void onSubmit()
      }}
    >
      <CredentialFields
        fields={form.fields}
        typed={typed}
        errors={errors}
        stored={record.credentials?.hint}
        onType={onType}
      />
      <p className={styles.hint}>{storedInWords(record)}</p>
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
      <div>
        <Button type="submit" kind="primary" is_busy={is_busy} busy_words="Testing…">
          {record.credentials ? 'Replace keys and test' : 'Store keys and test'}
        </Button>
      </div>
    </form>
  )
}

function storedInWords({ credentials }: Platform): string {
  return credentials
    ? `The old keys were saved on ${dayOf(credentials.updated_at)}. New ones replace all of them.`
    : 'Keys are stored encrypted, and never shown again.'
}
