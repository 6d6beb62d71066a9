import { Page } from '../../frame/Page.tsx'

export function Distributions() {
  return <Page title="Distributions">{null}</Page>
}
