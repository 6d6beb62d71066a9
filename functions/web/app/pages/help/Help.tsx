import { Page } from '../../frame/Page.tsx'
import { Button } from '../../parts/Button.tsx'
import { openShortcuts } from '../../frame/layers.ts'
import { useSession } from '../../session/use-session.ts'
import styles from './Help.module.css'

/** What the app does with your work, in plain words. */
export function Help() {
  const { config } = useSession()
  const { support_contact } = config
  return (
    <Page title="Help" actions={<Button onClick={openShortcuts}>Keyboard shortcuts</Button>}>
      <div className={styles.help}>
        {TOPICS.map(({ title, words }) => (
          <section key={title} className={styles.topic}>
            <h2 className={styles.title}>{title}</h2>
            {words.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </section>
        ))}
        <section className={styles.topic}>
          <h2 className={styles.title}>When something does not work</h2>
          <p>Open the sync panel in the top right corner: it says what waits and what happened, and has a way on.</p>
          {support_contact !== undefined && (
            <p>
              Ask <a href={contactLink(support_contact)}>{support_contact}</a>. Say what you did, and this version:{' '}
              {config.app_version}.
            </p>
          )}
        </section>
      </div>
    </Page>
  )
}

function contactLink(contact: string): string {
  return contact.startsWith('https://') ? contact : `mailto:${contact}`
}

const TOPICS = [
  {
    title: 'Saving',
    words: [
      'Everything you do is saved on this device first, in the same moment. With an account it is then sent to it, also later when you were offline.',
      'The words in the top right corner always say where your work is: “All changes saved”, or how many changes wait.',
    ],
  },
  {
    title: 'Guest and account',
    words: [
      'As a guest your work stays in this browser, on this device. Nobody else sees it, and it is gone when the browser’s data are cleared.',
      'Sign in at any time: your work comes along, and is on each of your devices.',
      'A sign-in ends after a while. You can go on working; one click in the top right corner signs you in again.',
    ],
  },
  {
    title: 'Two devices',
    words: [
      'Changes of different fields are merged. Where the same field was changed on two devices, the app asks you which one to keep; until then nothing is lost.',
    ],
  },
  {
    title: 'Archiving and deleting',
    words: [
      'An archived audience is out of the way and can be restored. A deleted one can be brought back with Undo, or from its page.',
    ],
  },
  {
    title: 'Taking your data with you',
    words: [
      '“Download my data”, in the account menu and the sync panel, gives you everything on this device as a file. The import on the page of saved audiences reads it again.',
    ],
  },
] as const
