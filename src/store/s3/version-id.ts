// Version ids: 32 hex digits, of which the first eight are the version's turn, so that a version is found by its key's
// primary key, and the rest is chance, so that an id is never given twice.
import assert from 'node:assert/strict'
import type { Random } from '../../world/random.ts'

const turnsMax = 0xffff_ffff

export function newVersionId(turn: number, random: Random): string {
  assert(turn < 0 && -turn <= turnsMax, 'turns fall from -1')
  return (-turn).toString(16).padStart(8, '0') + random.hex(12)
}

/** Undefined when it is no version id. */
export function turnOf(versionId: string): number | undefined {
  return /^[0-9a-f]{32}$/.test(versionId) ? -Number.parseInt(versionId.slice(0, 8), 16) : undefined
}
