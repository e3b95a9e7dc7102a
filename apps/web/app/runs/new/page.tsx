import { NewRunPage } from '../../../src/panels/NewRunPage.tsx'

export const metadata = { title: 'New run' }

export default function Page() {
  return <NewRunPage />
}
