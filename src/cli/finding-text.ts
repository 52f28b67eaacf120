/** What a check found, as a terminal shows it: with the line of SQL that it is about. */
import type { Finding } from '../define/advice.ts'
import type { LakeDefinition } from '../define/lake.ts'

export const indent = '           '

export function findingText({ level, part, text, place }: Finding, { parts }: LakeDefinition): string {
  const head = `${level.padEnd(9)}  ${part}: ${text}`
  const job = parts.find(one => one.kind === 'job' && `job ${one.name}` === part)
  if (place === undefined || job?.kind !== 'job') return head
  const line = job.sql?.split('\n')[place.line - 1] ?? ''
  return `${head}\n${indent}${line.replaceAll('\t', ' ')}\n${indent}${' '.repeat(Math.max(0, place.column - 1))}^`
}
