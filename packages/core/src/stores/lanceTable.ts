import type { DataType, FixedSizeList, Schema, Table } from 'apache-arrow'
import type { IndexRow } from './store.ts'

/** LanceDB accepts Arrow 15 to 18.1 only; the version is pinned in package.json. */
export type Arrow = typeof import('apache-arrow')
export const loadArrow = (): Promise<Arrow> => import('apache-arrow')

/** Lower-case names: SQL predicates fold unquoted names. `figure` is the whole record as JSON. */
const TEXTS = [
  'id',
  'caption',
  'modality',
  'anatomy',
  'licence_group',
  'article',
  'journal',
  'digest',
  'figure',
] as const
const VECTORS = ['captionVector', 'imageVector'] as const

export function tableSchema(arrow: Arrow, dim: number): Schema {
  const vector = new arrow.FixedSizeList(dim, new arrow.Field('item', new arrow.Float32(), true))
  return new arrow.Schema([
    ...TEXTS.map((name) => new arrow.Field(name, new arrow.Utf8(), false)),
    new arrow.Field('year', new arrow.Int32(), true),
    new arrow.Field('retracted', new arrow.Bool(), false),
    ...VECTORS.map((name) => new arrow.Field(name, vector, false)),
  ])
}

/** Builds the columns directly: row objects with vectors would make a JS number per component. */
export function rowsToArrow(arrow: Arrow, dim: number, rows: readonly (IndexRow & { digest: string })[]): Table {
  const schema = tableSchema(arrow, dim)
  const length = rows.length
  const texts: Record<(typeof TEXTS)[number], string[]> = {
    id: rows.map(({ figure }) => figure.id),
    caption: rows.map(({ figure }) => figure.caption),
    modality: rows.map(({ figure }) => figure.modality),
    anatomy: rows.map(({ figure }) => figure.anatomy),
    licence_group: rows.map(({ figure }) => figure.licenceGroup),
    article: rows.map(({ figure }) => figure.articleId),
    journal: rows.map(({ figure }) => figure.journal),
    digest: rows.map(({ digest }) => digest),
    figure: rows.map(({ figure }) => JSON.stringify(figure)),
  }
  const vectorColumn = (name: (typeof VECTORS)[number]) => {
    const data = new Float32Array(length * dim)
    for (const [i, row] of rows.entries()) data.set(row[name], i * dim)
    const child = arrow.makeData({ type: new arrow.Float32(), length: length * dim, nullCount: 0, data })
    const type = schema.fields.find((field) => field.name === name)!.type as FixedSizeList
    return arrow.makeData({ type, length, nullCount: 0, child })
  }
  const column = (values: unknown[], type: DataType) => arrow.vectorFromArray(values, type).data[0]!
  const children = [
    ...TEXTS.map((name) => column(texts[name], new arrow.Utf8())),
    column(
      rows.map(({ figure }) => figure.year),
      new arrow.Int32(),
    ),
    column(
      rows.map(({ figure }) => figure.retracted),
      new arrow.Bool(),
    ),
    ...VECTORS.map(vectorColumn),
  ]
  const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length, nullCount: 0, children })
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data)])
}
