import { LiteraturePage } from '../../src/panels/LiteraturePage.tsx'

export const metadata = { title: 'Literature' }

export default function Page() {
  return <LiteraturePage />
}
