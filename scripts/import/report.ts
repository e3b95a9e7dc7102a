import type { ImportReport } from '@anamnesis/core/importers'

const SHOWN = 5

/** What an import of literature found and left out, for people. */
export function reportLines(report: ImportReport): string[] {
  const { stored, repeated, problems, missingImages, notices, panels } = report
  const lines = [`  stored ${stored}, there already ${repeated}, notices of retraction or correction ${notices}`]
  if (missingImages.count > 0) {
    lines.push(
      `  pictures missing: ${missingImages.count}`,
      ...missingImages.first.slice(0, SHOWN).map((place) => `    ${place}`),
    )
  }
  if (problems.count > 0) {
    const first = problems.first.slice(0, SHOWN)
    lines.push(
      `  left out: ${problems.count}`,
      ...first.map(({ place, code, reason }) => `    ${place}: ${code}: ${reason}`),
    )
  }
  if (panels) {
    lines.push(
      `  panels: ${panels.candidates} of ${panels.figures} figures have captions of several panels; ${panels.split} were cut into ${panels.panels} panels`,
    )
    for (const [reason, count] of Object.entries(panels.refused)) lines.push(`    not cut: ${count}, ${reason}`)
  }
  return lines
}
