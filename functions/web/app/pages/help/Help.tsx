import { Page } from '../../frame/Page.tsx'

export function Help() {
  return <Page title="Help">{null}</Page>
}
