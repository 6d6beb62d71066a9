import { Page } from '../../frame/Page.tsx'

export function AudiencePage() {
  return <Page title="Audience">{null}</Page>
}
