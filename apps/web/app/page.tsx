import { RunListPage } from '../src/panels/RunListPage.tsx'

export default function Page() {
  return <RunListPage />
}
