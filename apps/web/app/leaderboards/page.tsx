import { LeaderboardIndexPage } from '../../src/panels/leaderboard/LeaderboardIndexPage.tsx'

export const metadata = { title: 'Leaderboards' }

export default function Page() {
  return <LeaderboardIndexPage />
}
