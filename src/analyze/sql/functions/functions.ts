// All functions that a statement may call, by Athena's name: the allow-list of the engine.

import { aggregates } from './aggregates.ts'
import { collections } from './collections.ts'
import { dates } from './dates.ts'
import { binaries, conditions, json, numbers, strings } from './scalars.ts'
import type { FunctionEntry } from './template.ts'

export const functions: ReadonlyMap<string, FunctionEntry> = new Map(
  [strings, numbers, conditions, binaries, json, collections, dates, aggregates].flatMap(table =>
    Object.entries(table),
  ),
)
