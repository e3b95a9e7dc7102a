import { ModelsPage } from '../../src/panels/ModelsPage.tsx'

export const metadata = { title: 'Models' }

export default function Page() {
  return <ModelsPage />
}
