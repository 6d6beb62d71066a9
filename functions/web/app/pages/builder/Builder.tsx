import { Page } from '../../frame/Page.tsx'

export function Builder() {
  return <Page title="New audience">{null}</Page>
}
