/**
 * `npm run parity`: everything that compares the engine with other implementations (open_clip, timm, transformers,
 * PyTorch, PIL), and a table of the measured differences. Larger shapes need a Python with them (ANAMNESIS_PYTHON).
 */
import { join } from 'node:path'
import { root, run } from './tools.ts'

const FILES = ['src/model', 'src/train/parity', 'src/train/adamw', 'src/losses', 'src/backend']

await run('vitest', ['run', ...FILES], { cwd: join(root, 'packages/core'), env: { ANAMNESIS_PARITY_TABLE: '1' } })
