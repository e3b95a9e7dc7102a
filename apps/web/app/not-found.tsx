import Link from 'next/link'

export default function NotFound() {
  return (
    <div className="grid place-items-center py-24 text-center">
      <h1 className="text-lg font-semibold">There is no such page</h1>
      <Link href="/" className="mt-2 text-accent hover:underline">
        See all runs
      </Link>
    </div>
  )
}
