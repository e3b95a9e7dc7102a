import { RunPage } from '../../../src/panels/run/RunPage.tsx'

export const metadata = { title: 'Run' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <RunPage id={decodeURIComponent(id)} />
}
