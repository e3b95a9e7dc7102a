import { PrismaPg } from '@prisma/adapter-pg'
import { Prisma, PrismaClient } from './generated/client.ts'

export type Database = PrismaClient
export type Transaction = Prisma.TransactionClient
export type {
  GuidedFigure as GuidedFigureRow,
  LeakPair as LeakPairRow,
  LeakSearch as LeakSearchRow,
  LiteratureRecall as LiteratureRecallRow,
  MatrixCell as MatrixCellRow,
  ModelImport as ModelImportRow,
  Run as RunRow,
  RunEvent as RunEventRow,
} from './generated/client.ts'
export { Prisma }

/** Opens the typed client; the caller ends it with `$disconnect()`. @param onQuery called for every statement, for tests that count them */
export function openDatabase(databaseUrl: string, onQuery?: (sql: string) => void): Database {
  const adapter = new PrismaPg({ connectionString: databaseUrl, max: 12 })
  if (!onQuery) return new PrismaClient({ adapter })
  const client = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] })
  client.$on('query', (event) => onQuery(event.query))
  return client
}
