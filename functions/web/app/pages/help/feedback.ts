/** What a user thinks of the app, and what goes with it. */
export interface Feedback {
  readonly message: string
  /** The page that it is about, in words. */
  readonly page: string
  /** The build that the user has. */
  readonly version: string
}

/** So that the address that opens the form, or the email, is no longer than browsers and servers take. */
export const MESSAGE_CHARACTERS_MAX = 1000

/** The address that opens a form, or an email, with all of it. Nothing is sent by opening it. @param contact of the configuration */
export function feedbackLink(contact: string, { message, page, version }: Feedback): string {
  if (contact.startsWith('https://')) {
    const url = new URL(contact)
    for (const [name, value] of Object.entries({ message, page, version })) url.searchParams.set(name, value)
    return url.href
  }
  const text = `${message}\n\nPage: ${page}\nVersion: ${version}`
  return `${contactLink(contact)}?subject=${encodeURIComponent('Activation Manager')}&body=${encodeURIComponent(text)}`
}

/** @param contact an email address or an https address */
export function contactLink(contact: string): string {
  return contact.startsWith('https://') ? contact : `mailto:${contact}`
}
