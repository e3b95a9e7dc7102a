import { LeaderboardPage } from '../../../src/panels/leaderboard/LeaderboardPage.tsx'

export const metadata = { title: 'Leaderboard' }

export default async function Page({ params }: { params: Promise<{ suite: string }> }) {
  const { suite } = await params
  return <LeaderboardPage suite={decodeURIComponent(suite)} />
}
