import { Page } from '../../frame/Page.tsx'

export function Platforms() {
  return <Page title="Platforms">{null}</Page>
}
