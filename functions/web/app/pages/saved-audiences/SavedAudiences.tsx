import { Page } from '../../frame/Page.tsx'

export function SavedAudiences() {
  return <Page title="Audiences">{null}</Page>
}
