import { RetrievalPage } from '../../src/panels/RetrievalPage.tsx'

export const metadata = { title: 'Retrieval' }

export default function Page() {
  return <RetrievalPage />
}
