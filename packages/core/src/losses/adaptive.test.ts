import { beforeAll, describe, expect, test } from 'vitest'
import {
  loadBackend,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Variable,
} from '../backend/index.ts'
import { Random } from '../contracts/index.ts'
import golden from './golden/adaptive.json' with { type: 'json' }
import {
  contrastiveKnowledgeTransfer,
  decorrelation,
  featureDistillation,
  relationDistillation,
  weightDistance,
  weightGuard,
} from './index.ts'

/** Runs a case and asserts that no tensor is left over. */
function cleanly(run: () => void): void {
  const before = tf.memory().numTensors
  tf.tidy(run)
  expect(tf.memory().numTensors).toBe(before)
}

function expectClose(actual: Tensor, wanted: readonly number[], tolerance = 1e-5): void {
  const size = Math.max(1, ...wanted.map(Math.abs))
  const values = actual.dataSync()
  expect(values.length).toBe(wanted.length)
  wanted.forEach((value, i) => {
    expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(tolerance * size)
  })
}

function expectGolden(
  rows: number[][],
  loss: (rows: Tensor2D) => Scalar,
  wanted: { value: number; gradient: number[][] },
) {
  const { value, grad } = tf.valueAndGrad((x: Tensor) => loss(x as Tensor2D))(tf.tensor2d(rows))
  expectClose(value, [wanted.value])
  expectClose(grad, wanted.gradient.flat())
}

const groupsOf = (groups: number[] | null): Tensor1D | undefined =>
  groups === null ? undefined : tf.tensor1d(groups, 'int32')

describe.each(['onnx', 'cpu'] as const)('with the %s backend', (id) => {
  beforeAll(() => loadBackend({ id }))

  test.each(golden.relations)(
    'relation distillation is golden for groups $groups',
    ({ groups, student, teacher, ...wanted }) => {
      cleanly(() => {
        const own = groupsOf(groups)
        expectGolden(
          student,
          (rows) => relationDistillation({ student: rows, teacher: tf.tensor2d(teacher), ...(own && { groups: own }) }),
          wanted,
        )
      })
    },
  )

  test('relation distillation is zero for a student that equals its teacher, and for rows on their own', () => {
    cleanly(() => {
      const rows = tf.tensor2d(golden.features.student)
      const other = tf.tensor2d(golden.features.teacher)
      expectClose(relationDistillation({ student: rows, teacher: rows }), [0])
      expectClose(
        relationDistillation({ student: rows, teacher: other, groups: tf.tensor1d([0, 1, 2, 3], 'int32') }),
        [0],
      )
    })
  })

  test('feature distillation is golden', () => {
    const { student, teacher, ...wanted } = golden.features
    cleanly(() => expectGolden(student, (rows) => featureDistillation(rows, tf.tensor2d(teacher)), wanted))
  })

  test.each(golden.decorrelation)('decorrelation is golden for groups $groups', ({ groups, rows, ...wanted }) => {
    cleanly(() => expectGolden(rows, (given) => decorrelation(given, groupsOf(groups)), wanted))
  })

  test('decorrelation is larger for rows that collapse', () => {
    cleanly(() => {
      const [spread] = golden.decorrelation
      const collapsed = spread!.rows.map(() => spread!.rows[0]!)
      const value = (rows: number[][]) => decorrelation(tf.tensor2d(rows)).dataSync()[0]!
      expect(value(collapsed)).toBeGreaterThan(value(spread!.rows) + 1)
    })
  })

  test.each([
    ['relations', (x: Tensor2D, other: Tensor2D) => relationDistillation({ student: x, teacher: other })],
    ['features', (x: Tensor2D, other: Tensor2D) => featureDistillation(x, other)],
    ['decorrelation', (x: Tensor2D) => decorrelation(x, tf.tensor1d([0, 0, 1, 1], 'int32'))],
  ] as const)('%s have the gradient that central differences give', (_, loss) => {
    cleanly(() => {
      const random = new Random(5)
      const draw = () => Float32Array.from({ length: 12 }, () => random.normal(0, 0.4))
      const [start, other] = [draw(), tf.tensor2d(draw(), [4, 3])]
      const gradient = tf
        .grad((x: Tensor) => loss(x as Tensor2D, other))(tf.tensor2d(start, [4, 3]))
        .dataSync()
      const step = 5e-3
      for (let i = 0; i < start.length; i++) {
        const at = (change: number) => {
          const moved = Float32Array.from(start)
          moved[i] = moved[i]! + change
          return loss(tf.tensor2d(moved, [4, 3]), other).dataSync()[0]!
        }
        const wanted = (at(step) - at(-step)) / (2 * step)
        expect(Math.abs(wanted - gradient[i]!)).toBeLessThan(5e-3 * Math.max(1, Math.abs(wanted)))
      }
    })
  })

  test('CKT leaves out rows and columns of weight 0, and takes its temperature as a scalar too', () => {
    cleanly(() => {
      const random = new Random(9)
      const draw = () =>
        tf.tensor2d(
          Float32Array.from({ length: 12 }, () => random.normal(0, 0.5)),
          [3, 4],
        )
      const input = {
        studentImages: draw(),
        studentTexts: draw(),
        teacherImages: draw(),
        teacherTexts: draw(),
        scale: tf.scalar(3),
      }
      const value = (more: object) => contrastiveKnowledgeTransfer({ ...input, ...more }).dataSync()[0]!
      const weights = (...values: number[]) => tf.tensor1d(values)
      expect(value({ temperature: tf.scalar(1.5) })).toBeCloseTo(value({ temperature: 1.5 }), 5)
      expect(value({ rowWeights: weights(1, 1, 1), columnWeights: weights(1, 1, 1) })).toBeCloseTo(value({}), 5)
      const none = weights(0, 0, 0)
      const parts = [0, 1, 2].map((row) =>
        value({ rowWeights: weights(+(row === 0), +(row === 1), +(row === 2)), columnWeights: none }),
      )
      const columns = value({ rowWeights: none })
      expect(parts.reduce((sum, part) => sum + part, 0) + columns).toBeCloseTo(value({}), 4)
    })
  })

  test('the guard with W = 1 is l2', () => {
    cleanly(() => {
      const variables = new Map<string, Variable>([['a', tf.variable(tf.tensor([1, 2, 3]))]])
      const anchor = { a: tf.tensor([0, 2, 5]) }
      const guard = weightGuard(variables, anchor, () => tf.scalar(1), 3)
      const { value, grads } = tf.variableGrads(() => tf.mul(weightDistance(variables, anchor), 3))
      expectClose(tf.mul(guard.penalty, 3), [...value.dataSync()])
      expectClose(guard.gradients.a!, [...Object.values(grads)[0]!.dataSync()])
      const scaled = weightGuard(variables, anchor, () => tf.scalar(1), tf.scalar(3))
      expectClose(scaled.gradients.a!, [...guard.gradients.a!.dataSync()])
      variables.get('a')!.dispose()
    })
  })
})
