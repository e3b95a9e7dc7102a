// The Prisma command line works without its native engine: migrations go through the JavaScript one and node-postgres.
import { join, resolve } from 'node:path'
import { defineConfig } from 'prisma/config'
import { PrismaPg } from 'prisma-adapter-pg-config'

const folder = resolve(import.meta.dirname, '../../prisma')
// Generating the client needs no database, only an address that parses; nothing is asked of the network.
process.env.DATABASE_URL ||= 'postgresql://localhost:5432/unset'
process.env.CHECKPOINT_DISABLE ??= '1'
const connectionString = process.env.DATABASE_URL

export default defineConfig({
  experimental: { adapter: true },
  engine: 'js',
  schema: join(folder, 'schema.prisma'),
  migrations: { path: join(folder, 'migrations') },
  // Idle connections would keep the command from ending for ten seconds.
  adapter: async () => new PrismaPg({ connectionString, allowExitOnIdle: true }),
})
