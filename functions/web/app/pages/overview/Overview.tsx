import { Page } from '../../frame/Page.tsx'

export function Overview() {
  return <Page title="Overview">{null}</Page>
}
