import { Select, TextField } from '../../parts/Field.tsx'
import type { CredentialField } from './credential-forms.ts'

/** What a platform asks for. Browsers keep and fill in none of it. */
export function CredentialFields({
  fields,
  typed,
  errors,
  stored,
  onType,
}: {
  readonly fields: readonly CredentialField[]
  readonly typed: Readonly<Record<string, string>>
  readonly errors: Readonly<Record<string, string>>
  /** Ends of the keys that are stored, of the fields that may show them: `…7719`. */
  readonly stored: Readonly<Record<string, string>> | undefined
  readonly onType: (name: string, value: string) => void
}) {
  return fields.map(({ name, label, is_secret, is_optional, hint, options }) => {
    const described = {
      label: is_optional ? `${label} (optional)` : label,
      ...hintOf(hint, stored?.[name]),
      error: errors[name],
      value: typed[name] ?? '',
    }
    return options ? (
      <Select key={name} {...described} onChange={({ currentTarget }) => onType(name, currentTarget.value)}>
        <option value="">Choose one</option>
        {Object.entries(options).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
    ) : (
      <TextField
        key={name}
        {...described}
        type={is_secret ? 'password' : 'text'}
        placeholder={stored && is_secret ? 'Paste the new one' : undefined}
        autoComplete={is_secret ? 'new-password' : 'off'}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={5000}
        onChange={({ currentTarget }) => onType(name, currentTarget.value)}
      />
    )
  })
}

function hintOf(hint: string | undefined, stored: string | undefined): { readonly hint?: string } {
  const old = stored === undefined ? undefined : `The old one ends in ··${stored.replace(/^…/, '')}.`
  const words = [hint, old].filter((part) => part !== undefined)
  return words.length === 0 ? {} : { hint: words.join(' ') }
}
