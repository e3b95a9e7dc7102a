import { TasksPage } from '../../src/panels/TasksPage.tsx'

export const metadata = { title: 'Tasks' }

export default function Page() {
  return <TasksPage />
}
