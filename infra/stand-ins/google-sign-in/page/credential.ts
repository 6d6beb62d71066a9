/** What the window tells the button, and the button the page. */
export interface CredentialMessage {
  readonly credential: string
}

/** @param origin the only one that may tell it */
export function listenForCredential(origin: string, onCredential: (message: CredentialMessage) => void): void {
  addEventListener('message', ({ origin: sender, data }: MessageEvent<Partial<CredentialMessage> | null>) => {
    const credential = data?.credential
    if (sender === origin && typeof credential === 'string') onCredential({ credential })
  })
}

export function parameterOf(name: string): string {
  return new URLSearchParams(location.search).get(name) ?? ''
}
