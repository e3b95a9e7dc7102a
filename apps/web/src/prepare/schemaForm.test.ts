import { describe, expect, it } from 'vitest'
import { errorsByField, fieldsOf, limitsOf, parseField, parseSeeds, readForm, words } from './schemaForm.ts'

const schema = {
  type: 'object',
  required: ['alpha'],
  properties: {
    alpha: { type: 'number', exclusiveMinimum: 0, maximum: 10, default: 1, description: 'Weight of CKT' },
    steps: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 100 },
    guard: { type: 'boolean', default: true },
    teacher: { type: 'string', enum: ['last', 'initial'], default: 'last', title: 'Teacher model' },
    evalLimit: { anyOf: [{ type: 'integer', exclusiveMinimum: 0 }, { type: 'null' }], default: null },
    ratio: { type: 'array', items: { type: 'number', minimum: 0 }, default: [30, 80] },
    model: { type: 'string', pattern: '^[a-z]+$' },
  },
}
const fields = fieldsOf(schema)
const field = (name: string) => fields.find((one) => one.name === name)!

describe('fields of a JSON Schema', () => {
  it('keeps the order and reads kinds, titles, limits and defaults', () => {
    expect(fields.map((one) => [one.name, one.kind])).toEqual([
      ['alpha', 'number'],
      ['steps', 'integer'],
      ['guard', 'boolean'],
      ['teacher', 'enum'],
      ['evalLimit', 'integer'],
      ['ratio', 'array'],
      ['model', 'string'],
    ])
    expect(field('teacher')).toMatchObject({ title: 'Teacher model', options: ['last', 'initial'], default: 'last' })
    expect(field('alpha')).toMatchObject({ description: 'Weight of CKT', required: false })
    expect(field('steps').maximum).toBeNull()
    expect(field('evalLimit')).toMatchObject({ nullable: true, exclusiveMinimum: 0, default: null })
    expect(words('stepsPerTask')).toBe('Steps per task')
  })

  it('leaves out what has its own control', () => {
    expect(fieldsOf(schema, ['alpha', 'steps']).map((one) => one.name)).not.toContain('alpha')
  })

  it('gives no fields for something that is no object schema', () => {
    expect(fieldsOf(null)).toEqual([])
    expect(fieldsOf({ type: 'string' })).toEqual([])
  })

  it('says the limits in words', () => {
    expect(limitsOf(field('alpha'))).toBe('> 0, up to 10')
    expect(limitsOf(field('steps'))).toBe('1 or more')
  })
})

describe('reading a form', () => {
  it('refuses values outside the schema with a message', () => {
    expect(parseField(field('alpha'), '0')).toEqual({ ok: false, message: 'More than 0.' })
    expect(parseField(field('alpha'), '11')).toEqual({ ok: false, message: 'At most 10.' })
    expect(parseField(field('alpha'), 'one')).toEqual({ ok: false, message: '"one" is not a number.' })
    expect(parseField(field('steps'), '1.5')).toEqual({ ok: false, message: 'Use a whole number.' })
    expect(parseField(field('teacher'), 'first').ok).toBe(false)
    expect(parseField(field('ratio'), '1, -2').ok).toBe(false)
    expect(parseField(field('model'), 'A1').ok).toBe(false)
  })

  it('sends only what differs from the defaults, the suite default before the general one', () => {
    const texts = {
      alpha: '1',
      steps: '60',
      guard: 'false',
      teacher: 'last',
      evalLimit: '',
      ratio: '30, 80',
      model: '',
    }
    expect(readForm(fields, texts)).toEqual({ values: { steps: 60, guard: false }, errors: {} })
    expect(readForm(fields, texts, { steps: 60 }).values).toEqual({ guard: false })
  })

  it('reports every bad field', () => {
    expect(Object.keys(readForm(fields, { alpha: '-1', steps: 'x' }).errors)).toEqual(['alpha', 'steps'])
  })

  it('reads several seeds, ranges too, each once', () => {
    expect(parseSeeds('1, 2,2 5-7')).toEqual({ seeds: [1, 2, 5, 6, 7], error: null })
    expect(parseSeeds('').error).toMatch(/At least one/)
    expect(parseSeeds('1,a').error).toMatch(/"a"/)
    expect(parseSeeds('1-1000').error).toMatch(/At most 50/)
    expect(parseSeeds('99999999999').error).toMatch(/out of range/)
  })

  it('puts server errors where they belong', () => {
    expect(
      errorsByField([
        { field: 'parameters.alpha', message: 'too big' },
        { field: null, message: 'no worker' },
      ]),
    ).toEqual({ fields: { 'parameters.alpha': 'too big' }, general: ['no worker'] })
  })
})
