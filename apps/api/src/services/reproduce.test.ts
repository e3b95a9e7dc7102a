import { runConfig } from '@anamnesis/core/contracts'
import { expect, it } from 'vitest'
import type { RunRow } from '../db/client.ts'
import { reproduceCommand } from './reproduce.ts'

it('states add-ons and parameters that differ from their defaults', () => {
  const config = runConfig.parse({
    suite: 'phantom-3',
    method: 'primed-dyn',
    model: 'tiny-phantom',
    parameters: { alpha: 0.5, teacher: 'previous' },
    addOns: { stress: { share: 0.5, kind: 'noise' }, relation: { weight: 1, sameDomain: false } },
  })
  const row = { suite: 'phantom-3', method: 'primed-dyn', order: 'default', seed: 3, config } as unknown as RunRow
  const command = reproduceCommand(row)
  expect(command).toContain('--set primed-dyn.alpha=0.5')
  expect(command).not.toContain('teacher')
  expect(command.endsWith('--add-on stress.share=0.5 --add-on relation')).toBe(true)
  const { addOns: _, ...earlier } = config
  expect(reproduceCommand({ ...row, config: earlier as never })).not.toContain('--add-on')
})
